import { newId } from '@planet/runtime/ids'
import { newKey, newViewer, startTestSubgraph, type TestSubgraph } from '@planet/runtime/testing/subgraph'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPostsSubgraph } from '../src/subgraph.ts'

let posts: TestSubgraph
const ada = newViewer()
const bob = newViewer()
const btc = newId<'Instrument'>(new Date(0))
const circleId = newId<'Circle'>(new Date())

const POST =
  'id kind title body version publishedAt retractedAt topics { code } cashtags { symbol instrument { id } } signal { id side entry stop horizon expiresAt targets { price fraction } }'
const plan = {
  title: 'BTC breaks out',
  body: 'The breakout of $BTC holds. Funding is flat.',
  instrumentId: btc,
  side: 'LONG',
  entry: '100',
  stop: '95',
  targets: [
    { price: '110', fraction: '0.5' },
    { price: '120', fraction: '0.5' },
  ],
  horizon: 'P10D',
  conviction: 0.6,
}

const publishSignal = (input: Record<string, unknown> = {}) =>
  posts.mutate(ada, 'publishSignal', `... on PublishSignalSuccess { post { ${POST} } }`, { ...plan, ...input })
const publishPost = (viewer: typeof ada, input: Record<string, unknown> = {}) =>
  posts.mutate(viewer, 'publishPost', `... on PublishPostSuccess { post { ${POST} } }`, {
    kind: 'INSIGHT',
    title: 'T',
    body: 'B',
    ...input,
  })
const postOf = async (viewer: typeof ada | null, id: string) =>
  (
    await posts.query(viewer, `query ($id: ID!) { post(id: $id) { ${POST} versions { edges { node { version title } } } } }`, {
      id,
    })
  ).data.post

beforeAll(async () => {
  posts = await startTestSubgraph(createPostsSubgraph)
  await posts.publish(
    { stream: `creator:${ada.userId}`, type: 'creators.CreatorProfileOpened', payload: { creatorId: ada.userId, handle: 'ada' } },
    {
      stream: `instrument:${btc}`,
      type: 'trading.InstrumentListed',
      payload: { instrumentId: btc, symbol: 'BTC-USD', baseAsset: 'BTC', tickSize: '0.01' },
    },
    {
      stream: `circle:${circleId}`,
      type: 'circles.MembershipChanged',
      payload: { circleId, userId: ada.userId, state: 'MEMBER' },
    },
  )
})
afterAll(() => posts[Symbol.asyncDispose]())

describe('publishing a signal', () => {
  it('stores the plan as stated, with cashtags and topics of the text', async () => {
    const { post } = await publishSignal()
    expect(post).toMatchObject({
      kind: 'SIGNAL',
      version: 1,
      publishedAt: '2026-01-24T00:00:00.000Z',
      topics: [{ code: 'DERIVATIVES_SENTIMENT' }, { code: 'MOMENTUM' }],
      cashtags: [{ symbol: 'BTC', instrument: { id: btc } }],
      signal: {
        side: 'LONG',
        entry: '100',
        stop: '95',
        horizon: 'P10D',
        expiresAt: '2026-02-03T00:00:00.000Z',
        targets: plan.targets,
      },
    })
    expect(await postOf(null, post.id)).toMatchObject({ title: 'BTC breaks out' })
  })

  it('says so in one event that carries the whole plan', async () => {
    const { post } = await publishSignal({ title: 'With an event' })
    const events = await posts.eventsOf('posts.PostPublished')
    expect(events.filter((event) => event.postId === post.id)).toMatchObject([
      {
        authorId: ada.userId,
        instrumentIds: [btc],
        baseAssets: ['BTC'],
        signal: { entry: '100', targets: plan.targets, conviction: 0.6 },
      },
    ])
  })

  it('lists every fault of an invalid plan and stores nothing', async () => {
    const before = (await posts.eventsOf('posts.PostPublished')).length
    const result = await publishSignal({
      title: '',
      instrumentId: newId(new Date()),
      stop: '105',
      horizon: 'PT30M',
      conviction: 0.5,
      targets: [
        { price: '120', fraction: '0.7' },
        { price: '110', fraction: '0.7' },
      ],
    })
    expect(result.__typename).toBe('InvalidInput')
    expect(result.faults.map((fault: { field: string }) => fault.field)).toEqual([
      'title',
      'instrumentId',
      'stop',
      'targets.1.price',
      'targets',
      'horizon',
      'conviction',
    ])
    expect((await posts.eventsOf('posts.PostPublished')).length).toBe(before)
  })

  it('returns the first result for a repeated key and refuses the key with another input', async () => {
    const idempotencyKey = newKey()
    const first = await publishSignal({ idempotencyKey })
    const again = await publishSignal({ idempotencyKey })
    expect(again.post.id).toBe(first.post.id)
    await expect(publishSignal({ idempotencyKey, conviction: 0.7 })).rejects.toMatchObject({ code: 'CONFLICT' })
  })

  it('publishes once when the same key arrives many times at once', async () => {
    const idempotencyKey = newKey()
    const results = await Promise.all(Array.from({ length: 8 }, () => publishSignal({ idempotencyKey })))
    expect(new Set(results.map((result) => result.post.id)).size).toBe(1)
  })

  it('lets a refused key be used again once the input is mended', async () => {
    const idempotencyKey = newKey()
    expect((await publishSignal({ idempotencyKey, conviction: 2 })).__typename).toBe('InvalidInput')
    expect((await publishSignal({ idempotencyKey })).__typename).toBe('PublishSignalSuccess')
  })

  it('refuses a viewer without a creator profile', async () => {
    expect((await publishPost(bob)).code).toBe('NOT_A_CREATOR')
    await expect(posts.mutate(null, 'publishPost', '', { kind: 'INSIGHT', title: 'T', body: 'B' })).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    })
  })
})

describe('a published post', () => {
  it('keeps every version of its text and never changes its plan', async () => {
    const { post } = await publishSignal()
    const edited = await posts.mutate(ada, 'editPost', `... on EditPostSuccess { post { ${POST} } }`, {
      postId: post.id,
      title: 'Still long',
      body: 'Nothing new.',
    })
    expect(edited.post).toMatchObject({
      title: 'Still long',
      version: 2,
      signal: post.signal,
      cashtags: post.cashtags.map(() => ({ symbol: 'BTC' })),
    })
    expect((await postOf(null, post.id)).versions.edges.map((edge: { node: { version: number } }) => edge.node.version)).toEqual([
      2, 1,
    ])
  })

  it('is a tombstone once retracted and cannot be edited or retracted again', async () => {
    const { post } = await publishSignal()
    posts.clock.advance(new Date(posts.clock.now().getTime() + 1000))
    const retract = () => posts.mutate(ada, 'retractPost', `... on RetractPostSuccess { post { ${POST} } }`, { postId: post.id })
    expect((await retract()).post).toMatchObject({
      id: post.id,
      title: '',
      body: '',
      retractedAt: posts.clock.now().toISOString(),
      signal: post.signal,
    })
    expect((await retract()).code).toBe('POST_RETRACTED')
    const edit = await posts.mutate(ada, 'editPost', '', { postId: post.id, title: 'T', body: 'B' })
    expect(edit.code).toBe('POST_RETRACTED')
    expect((await postOf(null, post.id)).versions.edges).toEqual([])
    expect(await posts.eventsOf('posts.PostRetracted')).toContainEqual(
      expect.objectContaining({ postId: post.id, signalId: post.signal.id }),
    )
  })

  it('cannot be edited by somebody else', async () => {
    const { post } = await publishPost(ada)
    const result = await posts.mutate(bob, 'editPost', '', { postId: post.id, title: 'Mine now', body: 'B' })
    expect(result.faults).toEqual([{ field: 'postId', message: 'No such post of the viewer.' }])
  })

  it('is null for a malformed or unknown id', async () => {
    expect(await postOf(null, 'nonsense')).toBeNull()
    expect(await postOf(null, newId(new Date()))).toBeNull()
  })
})

describe('the public feed', () => {
  it('pages newest first without gaps or repeats', async () => {
    for (let i = 0; i < 5; i++) {
      posts.clock.advance(new Date(posts.clock.now().getTime() + 1000))
      await publishPost(ada, { title: `Post ${i}`, kind: 'RECAP' })
    }
    const page = async (after: string | null) =>
      (
        await posts.query(
          null,
          'query ($after: Cursor) { publicFeed(first: 2, after: $after, filter: { kinds: [RECAP] }) { edges { node { title } } pageInfo { hasNextPage endCursor } } }',
          { after },
        )
      ).data.publicFeed
    const titles: string[] = []
    let after: string | null = null
    for (let more = true; more; ) {
      const { edges, pageInfo } = await page(after)
      titles.push(...edges.map((edge: { node: { title: string } }) => edge.node.title))
      after = pageInfo.endCursor
      more = pageInfo.hasNextPage
    }
    expect(titles).toEqual(['Post 4', 'Post 3', 'Post 2', 'Post 1', 'Post 0'])
  })

  it('has no page of a topic that there is not', async () => {
    for (const topic of ['NOPE', 'a\0b']) {
      const feed = await posts.query(
        null,
        'query ($topic: String) { publicFeed(filter: { topic: $topic }) { edges { cursor } } }',
        {
          topic,
        },
      )
      expect(feed).toEqual({ data: { publicFeed: { edges: [] } } })
    }
  })

  it('refuses a page size outside 1 to 100 and a foreign cursor', async () => {
    for (const args of [
      'first: 0',
      'first: 101',
      'after: "nonsense"',
      `after: "${Buffer.from('k:nonsense').toString('base64url')}"`,
    ]) {
      const { errors } = await posts.query(null, `{ publicFeed(${args}) { edges { cursor } } }`)
      expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT' })
    }
  })
})

describe("a circle's post", () => {
  const entities = (viewer: typeof ada | null, id: string, signalId: string) =>
    posts.query(
      viewer,
      `query ($post: [_Any!]!) { _entities(representations: $post) { __typename ... on Post { title signal { entry } } ... on Signal { entry } ... on Circle { feed { edges { node { title } } } } } }`,
      {
        post: [
          { __typename: 'Post', id },
          { __typename: 'Signal', id: signalId },
          { __typename: 'Circle', id: circleId },
        ],
      },
    )

  it('leaks nothing to others through entity references', async () => {
    const { post } = await publishSignal({ audience: 'CIRCLE', circleId, title: 'For members' })
    for (const outsider of [null, bob]) {
      const { data } = await entities(outsider, post.id, post.signal.id)
      expect(data._entities).toEqual([null, null, { __typename: 'Circle', feed: null }])
      expect(await postOf(outsider, post.id)).toBeNull()
    }
    const feed = await posts.query(null, '{ publicFeed(first: 100) { edges { node { id } } } }')
    expect(feed.data.publicFeed.edges.map((edge: { node: { id: string } }) => edge.node.id)).not.toContain(post.id)
    const { data } = await entities(ada, post.id, post.signal.id)
    expect(data._entities[0].title).toBe('For members')
  })

  it('is seen by a member as soon as the membership is known, and no longer after it ends', async () => {
    const { post } = await publishPost(ada, { audience: 'CIRCLE', circleId, title: 'Members only' })
    const change = (state: string) =>
      posts.publish({
        stream: `circle:${circleId}`,
        type: 'circles.MembershipChanged',
        payload: { circleId, userId: bob.userId, state },
      })
    await change('REQUESTED')
    expect(await postOf(bob, post.id)).toBeNull()
    await change('MEMBER')
    expect(await postOf(bob, post.id)).toMatchObject({ title: 'Members only' })
    await change('LEFT')
    expect(await postOf(bob, post.id)).toBeNull()
  })

  it('can be published by members only', async () => {
    const elsewhere = newId<'Circle'>(new Date())
    expect((await publishPost(ada, { audience: 'CIRCLE', circleId: elsewhere })).code).toBe('NOT_A_CIRCLE_MEMBER')
    expect((await publishPost(ada, { audience: 'CIRCLE' })).faults).toEqual([
      { field: 'circleId', message: 'Required for the audience CIRCLE.' },
    ])
  })
})

describe('posts of many creators', () => {
  it('come one page each, from one place', async () => {
    const { data } = await posts.query(
      null,
      'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Creator { id posts(first: 1) { edges { node { author { id } } } } } } }',
      {
        r: [
          { __typename: 'Creator', id: ada.userId },
          { __typename: 'Creator', id: bob.userId },
        ],
      },
    )
    expect(data._entities[0].posts.edges).toEqual([{ node: { author: { id: ada.userId } } }])
    expect(data._entities[1].posts.edges).toEqual([])
  })
})
