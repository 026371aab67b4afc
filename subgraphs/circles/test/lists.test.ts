import { openDatabase } from '@planet/runtime/database'
import { createEventLog } from '@planet/runtime/event-log/log'
import { newViewer } from '@planet/runtime/testing/subgraph'
import { drizzle } from 'drizzle-orm/postgres-js'
import { execute, parse } from 'graphql'
import { afterAll, expect, it } from 'vitest'
import { createContext } from '../src/context.ts'
import { joinCircle, newCreator, openCircle, startCircles } from './circle.ts'

const circles = await startCircles()
afterAll(() => circles[Symbol.asyncDispose]())

const tick = () => circles.clock.advance(new Date(circles.clock.now().getTime() + 60_000))

type Edge = { node: { id: string } }

const host = await newCreator(circles)
const opened: string[] = []
for (const name of ['One', 'Two', 'Three', 'Four', 'Five']) {
  opened.push(await openCircle(circles, host, { name, admissionPolicy: 'OPEN' }))
  tick()
}
const readers = Array.from({ length: 4 }, () => newViewer())
for (const reader of readers) {
  // All at one instant: the pages must not lose any of them.
  for (const circleId of opened) await joinCircle(circles, reader, circleId)
}

it('pages through the circles of the platform, of a host and of a member, latest first', async () => {
  const pageThrough = async (
    read: (after: string | null) => Promise<{ edges: Edge[]; pageInfo: { hasNextPage: boolean; endCursor: string } }>,
  ) => {
    const ids: string[] = []
    for (let after: string | null = null, isMore = true; isMore; ) {
      const page = await read(after)
      ids.push(...page.edges.map((edge) => edge.node.id))
      after = page.pageInfo.endCursor
      isMore = page.pageInfo.hasNextPage
    }
    return ids
  }
  const FIELDS = 'edges { node { id } } pageInfo { hasNextPage endCursor }'
  const latestFirst = opened.toReversed()
  const ofAll = await pageThrough(
    async (after) =>
      (await circles.query(null, `query ($after: Cursor) { circles(first: 2, after: $after) { ${FIELDS} } }`, { after })).data
        .circles,
  )
  const ofHost = await pageThrough(
    async (after) =>
      (
        await circles.query(
          null,
          `query ($r: [_Any!]!, $after: Cursor) { _entities(representations: $r) { ... on Creator { circles(first: 2, after: $after) { ${FIELDS} } } } }`,
          { r: [{ __typename: 'Creator', id: host.userId }], after },
        )
      ).data._entities[0].circles,
  )
  const ofMember = await pageThrough(
    async (after) =>
      (await circles.query(host, `query ($after: Cursor) { myCircles(first: 2, after: $after) { ${FIELDS} } }`, { after })).data
        .myCircles,
  )
  const members = await pageThrough(
    async (after) =>
      (
        await circles.query(
          host,
          `query ($id: ID!, $after: Cursor) { circle(id: $id) { members(first: 2, after: $after) { ${FIELDS} } } }`,
          {
            id: opened[0],
            after,
          },
        )
      ).data.circle.members,
  )
  expect(ofAll).toEqual(latestFirst)
  expect(ofHost).toEqual(latestFirst)
  expect(ofMember).toEqual(latestFirst)
  expect(members.slice(0, 4).sort()).toEqual(readers.map((reader) => reader.userId).sort())
  expect(members[4]).toBe(host.userId)
})

it('shows requests oldest first', async () => {
  const circleId = await openCircle(circles, host)
  const asking = [newViewer(), newViewer(), newViewer()]
  for (const viewer of asking) {
    await joinCircle(circles, viewer, circleId)
    tick()
  }
  const read = async (after: string | null) =>
    (
      await circles.query(
        host,
        'query ($id: ID!, $after: Cursor) { circle(id: $id) { requests(first: 2, after: $after) { edges { node { id } } pageInfo { endCursor hasNextPage } } } }',
        { id: circleId, after },
      )
    ).data.circle.requests
  const first = await read(null)
  const second = await read(first.pageInfo.endCursor)
  expect([...first.edges, ...second.edges].map((edge: Edge) => edge.node.id)).toEqual(asking.map((viewer) => viewer.userId))
  expect([first.pageInfo.hasNextPage, second.pageInfo.hasNextPage]).toEqual([true, false])
})

it('refuses a page of no or too many items, and a cursor that is not ours', async () => {
  for (const args of ['first: 0', 'first: 101', 'after: "x"']) {
    const answer = await circles.query(host, `{ circles(${args}) { edges { cursor } } }`)
    expect(answer.errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT')
  }
})

it('loads the people of any number of circles with one statement a list', async () => {
  const statements: string[] = []
  const database = openDatabase({ url: circles.databaseUrl, role: 'planet_circles', audience: 'analyst' })
  const events = createEventLog(database)
  const db = drizzle(circles.databaseUrl, { logger: { logQuery: (statement) => void statements.push(statement) } })
  try {
    const result = await execute({
      schema: circles.subgraph.schema,
      document: parse(
        '{ circles(first: 100) { edges { node { viewerMembership members(first: 2) { edges { node { id } } } requests { edges { node { id } } } } } } }',
      ),
      contextValue: createContext(db, events, () => circles.clock.now(), host),
    })
    expect(result.errors).toBeUndefined()
    // The circles, where the viewer stands with each, their members, their requests.
    expect(statements).toHaveLength(4)
  } finally {
    await Promise.all([db.$client.end(), events.close()])
    await database.close()
  }
})
