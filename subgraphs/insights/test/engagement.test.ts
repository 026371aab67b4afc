import { newId } from '@planet/runtime/ids'
import { newViewer, startTestSubgraph, TEST_START } from '@planet/runtime/testing/subgraph'
import { drizzle } from 'drizzle-orm/postgres-js'
import { execute, parse } from 'graphql'
import { afterAll, describe, expect, it } from 'vitest'
import { createContext } from '../src/context.ts'
import { createInsightsSubgraph } from '../src/subgraph.ts'
import { engagementOf, newReaders, publishPost, touch, touchRecorded } from './readers.ts'

const DAY_MS = 86_400_000
const insights = await startTestSubgraph(createInsightsSubgraph, new Date(TEST_START.getTime() + DAY_MS / 2))
afterAll(() => insights[Symbol.asyncDispose]())

const analyst = newViewer('analyst')
const daysAgo = (days: number, ms = 0) => new Date(TEST_START.getTime() - days * DAY_MS + ms)

it('counts posts, and who met them how often', async () => {
  const creator = newViewer()
  const post = await publishPost(insights, creator)
  const signal = await publishPost(insights, creator, { kind: 'SIGNAL' })
  const [ada, ben, cyd] = newReaders(3) as [typeof creator, typeof creator, typeof creator]
  await touch(insights, post, { by: ada }, { by: ada }, { by: ben, kind: 'CLICK' }, { by: cyd })
  await touch(insights, signal, { by: ada, kind: 'CLICK' }, { by: ada, kind: 'TICKET' })
  expect(await engagementOf(insights, analyst, [creator.userId])).toEqual([
    {
      from: daysAgo(27).toISOString(),
      through: insights.clock.now().toISOString(),
      postCount: 2,
      signalCount: 1,
      readerCount: 3,
      viewCount: 3,
      clickCount: 2,
      ticketCount: 1,
      ticketRate: 0.2,
    },
  ])
})

it('counts whole UTC days: from midnight of the first, not a millisecond before', async () => {
  const creator = newViewer()
  const post = await publishPost(insights, creator, { at: daysAgo(10) })
  await publishPost(insights, creator, { at: daysAgo(2) })
  const [early, late] = newReaders(2) as [typeof creator, typeof creator]
  await touch(insights, post, { by: early, at: daysAgo(2, -1) }, { by: late, at: daysAgo(2) }, { by: late, at: daysAgo(0) })
  const within = (days: number) => engagementOf(insights, creator, [creator.userId], days)
  expect(await within(1)).toMatchObject([{ postCount: 0, readerCount: 1, viewCount: 1 }])
  expect(await within(3)).toMatchObject([{ from: daysAgo(2).toISOString(), postCount: 1, readerCount: 1, viewCount: 2 }])
  expect(await within(4)).toMatchObject([{ postCount: 1, readerCount: 2, viewCount: 3 }])
  expect(await within(365)).toMatchObject([{ postCount: 2, readerCount: 2, viewCount: 3 }])
})

it('forgets yesterday for a window of today once the day has changed', async () => {
  await using other = await startTestSubgraph(createInsightsSubgraph)
  const creator = newViewer()
  await publishPost(other, creator)
  expect(await engagementOf(other, creator, [creator.userId], 1)).toMatchObject([{ postCount: 1 }])
  other.clock.advance(new Date(TEST_START.getTime() + DAY_MS))
  expect(await engagementOf(other, creator, [creator.userId], 1)).toMatchObject([{ postCount: 0 }])
})

it('refuses a window that is not of 1 to 365 days', async () => {
  for (const days of [0, -1, 366])
    await expect(engagementOf(insights, analyst, [newViewer().userId], days)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' })
})

describe('what does not count', () => {
  it('is a post in a circle and what is done with it', async () => {
    const creator = newViewer()
    const post = await publishPost(insights, creator, { audience: 'CIRCLE', kind: 'SIGNAL' })
    await touch(insights, post, ...newReaders(6).map((by) => ({ by })))
    expect(await engagementOf(insights, analyst, [creator.userId])).toMatchObject([
      { postCount: 0, signalCount: 0, readerCount: 0, viewCount: 0 },
    ])
  })

  it('is what creators do with their own posts', async () => {
    const creator = newViewer()
    const post = await publishPost(insights, creator)
    await touch(insights, post, { by: creator }, { by: creator, kind: 'CLICK' }, { by: creator, kind: 'TICKET' })
    expect(await engagementOf(insights, analyst, [creator.userId])).toMatchObject([
      { postCount: 1, readerCount: 0, viewCount: 0, clickCount: 0, ticketCount: 0, ticketRate: null },
    ])
  })

  it('is a glance, and a touch of what is no post', async () => {
    const creator = newViewer()
    const post = await publishPost(insights, creator)
    await touch(insights, post, { by: newViewer(), kind: 'GLANCE' })
    for (const targetKind of ['CREATOR', 'SESSION', 'CIRCLE']) {
      const clicked = touchRecorded(post, daysAgo(0), { by: newViewer(), kind: 'CLICK' })
      await insights.publish({ ...clicked, payload: { ...clicked.payload, targetKind } })
    }
    expect(await engagementOf(insights, analyst, [creator.userId])).toMatchObject([
      { postCount: 1, readerCount: 0, viewCount: 0, clickCount: 0 },
    ])
  })

  it('is a touch of a post that does not exist', async () => {
    await touch(insights, newId<'Post'>(new Date()), { by: newViewer() })
    const creator = newViewer()
    await publishPost(insights, creator)
    expect(await engagementOf(insights, analyst, [creator.userId])).toMatchObject([{ postCount: 1, readerCount: 0 }])
  })
})

it('shows everything to analysts, to admins and to the creator, of today and of however few', async () => {
  const creator = newViewer()
  const post = await publishPost(insights, creator)
  await touch(insights, post, { by: newViewer() }, { by: newViewer(), kind: 'CLICK' })
  for (const viewer of [analyst, newViewer('admin'), creator])
    expect(await engagementOf(insights, viewer, [creator.userId])).toMatchObject([
      { readerCount: 2, viewCount: 1, clickCount: 1 },
    ])
})

it('knows zero of a creator it never heard of, and nothing behind a malformed id', async () => {
  const [unknown, malformed] = await engagementOf(insights, analyst, [newViewer().userId, 'creator'])
  expect(unknown).toMatchObject({ postCount: 0, signalCount: 0, readerCount: 0, viewCount: 0, ticketRate: null })
  expect(malformed).toBeNull()
})

it('answers for any number of creators and windows with one statement', async () => {
  const creators = newReaders(3)
  for (const creator of creators) await publishPost(insights, creator, { at: daysAgo(3) })
  const statements: string[] = []
  const db = drizzle(insights.databaseUrl, { logger: { logQuery: (statement) => void statements.push(statement) } })
  try {
    const result = await execute({
      schema: insights.subgraph.schema,
      document: parse(`query ($representations: [_Any!]!) {
        _entities(representations: $representations) { ... on Creator { day: engagement(days: 1) { postCount } week: engagement(days: 7) { postCount } } }
      }`),
      variableValues: { representations: creators.map((creator) => ({ __typename: 'Creator', id: creator.userId })) },
      contextValue: createContext(db, { now: () => insights.clock.now(), hear: () => {} }, null),
    })
    expect(result).toMatchObject({ data: { _entities: creators.map(() => ({ day: { postCount: 0 }, week: { postCount: 1 } })) } })
    expect(statements).toHaveLength(1)
  } finally {
    await db.$client.end()
  }
})
