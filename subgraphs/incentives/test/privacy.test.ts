import { newViewer } from '@planet/runtime/testing/subgraph'
import type { Viewer } from '@planet/runtime/viewer'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { analyst, btcUsd, newUuid, type Scenario, startScenario } from './scenario.ts'

let scenario: Scenario
const author = newViewer()
const readers = Array.from({ length: 5 }, () => newViewer())
const [reader = author, second = author] = readers
const HIDDEN = { totalCount: null, eligibleCount: null, feesPaid: null }

beforeAll(async () => {
  scenario = await startScenario()
})
afterAll(() => scenario.test[Symbol.asyncDispose]())
// The touches of one test do not link the trades of the next.
beforeEach(() => scenario.wait(100))

/** A post with a trade of each of `users`. */
async function postWithTradesOf(users: readonly Viewer[], post: Record<string, unknown> = {}) {
  const postId = await scenario.post(author, post)
  for (const user of users) await scenario.touch(user, postId)
  const tradeIds: string[] = []
  for (const user of users) tradeIds.push(await scenario.trade(user))
  return { postId, tradeIds }
}

describe('the counts of linked trades', () => {
  it('are exact for an analyst, with fees per currency', async () => {
    const { postId } = await postWithTradesOf([reader, reader])
    await scenario.trade(reader, { fee: '0.000000000000000001', feeCurrency: 'EUR' })
    await scenario.trade(reader, { fee: '0.000000000000000002' })
    expect(await scenario.linkedTrades(analyst, postId)).toMatchObject({
      totalCount: 4,
      eligibleCount: 4,
      feesPaid: [
        { amount: '0.000000000000000001', currency: 'EUR' },
        { amount: '24.000000000000000002', currency: 'USD' },
      ],
    })
  })

  it('are zero for an analyst and hidden from the public while nothing is linked', async () => {
    const postId = await scenario.post(author)
    expect(await scenario.linkedTrades(analyst, postId)).toMatchObject({ totalCount: 0, eligibleCount: 0, feesPaid: [] })
    expect(await scenario.linkedTrades(null, postId)).toMatchObject(HIDDEN)
  })
})

describe('the rows of linked trades', () => {
  it('are all for an analyst, and for an owner only their own', async () => {
    const { postId, tradeIds } = await postWithTradesOf([reader, second, reader])
    const rowsOf = async (viewer: Viewer) =>
      (await scenario.linkedTrades(viewer, postId)).edges.map((edge: { node: { id: string } }) => edge.node.id).sort()
    expect(await rowsOf(analyst)).toEqual(tradeIds.toSorted())
    expect(await rowsOf(reader)).toEqual([tradeIds[0], tradeIds[2]].sort())
    expect(await rowsOf(second)).toEqual([tradeIds[1]])
    expect(await rowsOf(author)).toEqual([])
  })

  it('are paged, latest executed first, each exactly once', async () => {
    const postId = await scenario.post(author)
    await scenario.touch(reader, postId)
    const executedAt = [3, 2, 2, 5, 1].map((hours) => scenario.hours(hours).toISOString())
    for (const at of executedAt) await scenario.trade(reader, { executedAt: at })
    await scenario.touch(second, postId)
    await scenario.trade(second)

    const seen: string[] = []
    let after: string | null = null
    for (let hasNextPage = true; hasNextPage; ) {
      const page = await scenario.linkedTrades(reader, postId, { first: 2, after })
      seen.push(...page.edges.map((edge: { node: { id: string } }) => edge.node.id))
      ;({ hasNextPage, endCursor: after } = page.pageInfo)
    }
    expect(seen).toHaveLength(5)
    const all = (await scenario.linkedTrades(reader, postId)).edges.map((edge: { node: { id: string } }) => edge.node.id)
    expect(seen).toEqual(all)
    expect(new Set(seen).size).toBe(5)
  })

  it('refuse a page size out of range and a foreign cursor, and answer the rest of the request', async () => {
    const postId = await scenario.post(author)
    await expect(scenario.linkedTrades(reader, postId, { first: 101 })).rejects.toThrow('`first`')
    for (const after of ['x', Buffer.from('k:1,2').toString('base64url')]) {
      await expect(scenario.linkedTrades(reader, postId, { after })).rejects.toThrow('cursor')
    }
    const { data, errors } = await scenario.test.query(
      reader,
      `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Post {
        good: linkedTrades(first: 1) { edges { cursor } } bad: linkedTrades(first: 0) { edges { cursor } } } } }`,
      { of: [{ __typename: 'Post', id: postId }] },
    )
    expect(data._entities).toEqual([{ good: { edges: [] }, bad: null }])
    expect(errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT')
  })
})

describe("a post of a circle, asked for through the gateway's entities", () => {
  const circleId = newUuid<'Circle'>()
  let post: { postId: string; tradeIds: string[] }

  beforeAll(async () => {
    let revision = 1
    for (const member of readers) await scenario.setMembership(circleId, member, 'MEMBER', revision++)
    await scenario.setMembership(circleId, second, 'LEFT', revision++)
    post = await postWithTradesOf([reader], { audience: 'CIRCLE', circleId })
  })

  it('shows its links to members and its author, and to nobody else, analysts included', async () => {
    for (const viewer of [reader, author]) expect(await scenario.linkedTrades(viewer, post.postId)).not.toBeNull()
    for (const viewer of [null, second, newViewer(), analyst]) expect(await scenario.linkedTrades(viewer, post.postId)).toBeNull()
  })

  it('does not tell the side of a trade that nothing else led to', async () => {
    const signal = { instrumentId: btcUsd.instrumentId, side: 'LONG' }
    scenario.wait(100)
    const { tradeIds } = await postWithTradesOf([reader], { audience: 'CIRCLE', circleId, signal })
    const [tradeId = ''] = tradeIds
    expect((await scenario.tradeOf(reader, tradeId)).agreesWithSignal).toBe(true)
    for (const outsider of [analyst, newViewer('admin')]) {
      expect(await scenario.tradeOf(outsider, tradeId)).toMatchObject({ agreesWithSignal: null, sourcePosts: { edges: [] } })
    }
  })

  it('says nothing of a trade that a public post led to as well, in any of its places', async () => {
    const signal = { instrumentId: btcUsd.instrumentId, side: 'LONG' }
    scenario.wait(100)
    const secret = await scenario.post(author, { audience: 'CIRCLE', circleId, signal })
    const open = await scenario.post(author, { signal: { ...signal, side: 'SHORT' } })
    for (const postId of [secret, open]) await scenario.touch(reader, postId)
    const tradeId = await scenario.trade(reader)
    const placesOf = async (viewer: Viewer) => [
      (await scenario.tradeOf(viewer, tradeId)).agreesWithSignal,
      (await scenario.linkedTrades(viewer, open)).edges[0].node.agreesWithSignal,
    ]
    expect(await placesOf(reader)).toEqual([null, null])
    expect(await placesOf(analyst)).toEqual([false, false])
  })

  it('is no source of a trade for whoever may not see it', async () => {
    const sourcesOf = async (viewer: Viewer) => (await scenario.tradeOf(viewer, post.tradeIds[0] ?? '')).sourcePosts.edges
    expect(await sourcesOf(reader)).toMatchObject([{ node: { id: post.postId } }])
    expect(await sourcesOf(analyst)).toEqual([])
  })

  it('cannot be touched by others, and does not say that it exists', async () => {
    for (const postId of [post.postId, newUuid<'Post'>(), 'nonsense']) {
      expect(await scenario.touch(second, postId)).toMatchObject({
        __typename: 'InvalidInput',
        faults: [{ field: 'postId', message: 'No such post.' }],
      })
    }
  })

  it('is closed to a member who left, also when the earlier membership is heard of again', async () => {
    await scenario.setMembership(circleId, second, 'MEMBER', 2)
    expect(await scenario.linkedTrades(second, post.postId)).toBeNull()
    await scenario.setMembership(circleId, second, 'MEMBER', 100)
    expect(await scenario.linkedTrades(second, post.postId)).not.toBeNull()
  })
})

describe('a trade', () => {
  it('is nothing to anybody but its owner and analysts', async () => {
    const { tradeIds } = await postWithTradesOf([reader])
    const [tradeId = ''] = tradeIds
    for (const viewer of [null, second, author]) expect(await scenario.tradeOf(viewer, tradeId)).toBeNull()
    for (const viewer of [reader, analyst]) expect((await scenario.tradeOf(viewer, tradeId)).sourcePosts.edges).toHaveLength(1)
  })

  it('has an empty list of posts when it is linked to none, and is null when unknown', async () => {
    const tradeId = await scenario.trade(newViewer())
    expect(await scenario.tradeOf(analyst, tradeId)).toMatchObject({ agreesWithSignal: null, sourcePosts: { edges: [] } })
    for (const unknown of [newUuid<'Trade'>(), 'nonsense']) expect(await scenario.tradeOf(analyst, unknown)).toBeNull()
  })
})
