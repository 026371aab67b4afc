import { newId } from '@planet/runtime/ids'
import { type Answer, newViewer, startTestSubgraph, type TestSubgraph } from '@planet/runtime/testing/subgraph'
import type { Viewer } from '@planet/runtime/viewer'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPostsSubgraph } from '../src/subgraph.ts'

let posts: TestSubgraph
const btc = newId<'Instrument'>(new Date(0))
const eth = newId<'Instrument'>(new Date(1))
const circleId = newId<'Circle'>(new Date())

beforeAll(async () => {
  posts = await startTestSubgraph(createPostsSubgraph)
  const listed = { [btc]: 'BTC', [eth]: 'ETH' }
  await posts.publish(
    ...Object.entries(listed).map(([instrumentId, baseAsset]) => ({
      stream: `instrument:${instrumentId}`,
      type: 'trading.InstrumentListed',
      payload: { instrumentId, symbol: `${baseAsset}-USD`, baseAsset, tickSize: '0.01' },
    })),
  )
})
afterAll(() => posts[Symbol.asyncDispose]())

/** A creator who is a member of the circle. */
async function newCreator(): Promise<Viewer> {
  const creator = newViewer()
  const { userId } = creator
  await posts.publish(
    { stream: `creator:${userId}`, type: 'creators.CreatorProfileOpened', payload: { creatorId: userId, handle: 'ada' } },
    { stream: `circle:${circleId}`, type: 'circles.MembershipChanged', payload: { circleId, userId, state: 'MEMBER' } },
  )
  return creator
}

async function publish(creator: Viewer, title: string, input: Record<string, unknown> = {}): Promise<string> {
  const { post } = await posts.mutate(creator, 'publishSignal', '... on PublishSignalSuccess { post { id } }', {
    title,
    body: 'B',
    instrumentId: btc,
    side: 'LONG',
    entry: '100',
    stop: '95',
    targets: [{ price: '110', fraction: '1' }],
    horizon: 'P10D',
    conviction: 0.6,
    ...input,
  })
  return post.id
}

const SUBSCRIPTION = `subscription ($creatorIds: [ID!], $instrumentIds: [ID!], $after: Cursor) {
  signalPublished(creatorIds: $creatorIds, instrumentIds: $instrumentIds, after: $after) {
    seq at cursor signal { side instrument { id } } post { title retractedAt author { id } }
  }
}`
const follow = (viewer: Viewer | null, variables: Record<string, unknown>) => posts.subscribe(viewer, SUBSCRIPTION, variables)

async function take(stream: AsyncGenerator<Answer, void, void>, count: number) {
  const taken = []
  while (taken.length < count) {
    const { value } = await stream.next()
    if (!value || value.errors) throw new Error(`no event: ${JSON.stringify(value)}`)
    taken.push(value.data.signalPublished)
  }
  return taken
}

const headOf = async () => {
  const creator = await newCreator()
  const stream = await follow(null, { creatorIds: [creator.userId] })
  await publish(creator, 'A mark')
  const [event] = await take(stream, 1)
  await stream.return()
  return event.cursor as string
}

describe('signalPublished', () => {
  it('delivers each public signal of the chosen creators once and in order, numbered without a hole', async () => {
    const [ada, bob, eve] = [await newCreator(), await newCreator(), await newCreator()]
    const after = await headOf()
    const stream = await follow(null, { creatorIds: [ada.userId, bob.userId], after })
    for (const title of ['1', '2', '3']) await Promise.all([ada, bob, eve].map((creator) => publish(creator, title)))
    const taken = await take(stream, 6)
    for (const { userId } of [ada, bob]) {
      const own = taken.filter((event) => event.post.author.id === userId)
      expect(own).toMatchObject(['1', '2', '3'].map((title, i) => ({ seq: i + 1, post: { title }, signal: { side: 'LONG' } })))
    }
    await stream.return()

    const again = await follow(null, { creatorIds: [ada.userId, bob.userId], after: taken[3].cursor })
    expect(await take(again, 2)).toEqual(taken.slice(4))
    await again.return()
  })

  it('never shows a signal for a circle, not even to its members, nor counts it', async () => {
    const ada = await newCreator()
    const stream = await follow(ada, { creatorIds: [ada.userId], after: await headOf() })
    await publish(ada, 'public')
    await publish(ada, 'secret', { audience: 'CIRCLE', circleId })
    await publish(ada, 'public again')
    expect(await take(stream, 2)).toMatchObject([
      { seq: 1, post: { title: 'public' } },
      { seq: 2, post: { title: 'public again' } },
    ])
    await stream.return()
  })

  it('narrows to instruments, which leaves holes in what is seen of seq', async () => {
    const ada = await newCreator()
    const stream = await follow(null, { creatorIds: [ada.userId], instrumentIds: [eth], after: await headOf() })
    await publish(ada, 'btc')
    await publish(ada, 'eth', { instrumentId: eth })
    expect(await take(stream, 1)).toMatchObject([{ seq: 2, signal: { instrument: { id: eth } } }])
    await stream.return()
  })

  it('shows the tombstone of a post that was retracted before its event was delivered', async () => {
    const ada = await newCreator()
    const after = await headOf()
    const postId = await publish(ada, 'regretted')
    await posts.mutate(ada, 'retractPost', '... on RetractPostSuccess { post { id } }', { postId })
    const stream = await follow(null, { creatorIds: [ada.userId], after })
    expect(await take(stream, 1)).toMatchObject([
      { seq: 1, post: { title: '', retractedAt: expect.any(String) }, signal: { side: 'LONG' } },
    ])
    await stream.return()
  })

  it('follows everybody where no creators are given', async () => {
    const stream = await follow(null, { after: await headOf() })
    const ada = await newCreator()
    await publish(ada, 'of a newcomer')
    expect(await take(stream, 1)).toMatchObject([{ seq: 1, post: { title: 'of a newcomer' } }])
    await stream.return()
  })

  it('refuses ids of nothing, too many of them, and cursors that are none', async () => {
    const { userId } = await newCreator()
    const many = Array.from({ length: 101 }, () => newId(new Date()))
    const refused = [
      { creatorIds: [] },
      { creatorIds: many },
      { creatorIds: [userId, newId(new Date())] },
      { creatorIds: ['nobody'] },
      { instrumentIds: [newId(new Date())] },
    ]
    for (const variables of refused) await expect(follow(null, variables)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' })
    await expect(follow(null, { after: 'nonsense' })).rejects.toMatchObject({ code: 'CURSOR_INVALID' })
    const twice = await follow(null, { creatorIds: [userId, userId], after: await headOf() })
    await twice.return()
  })
})
