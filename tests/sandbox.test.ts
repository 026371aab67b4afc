import { expect, it } from 'vitest'
import { startTestPlatform } from './support/platform.ts'

const DAYS = 14

const FEED = `query ($after: Cursor) {
  publicFeed(first: 20, after: $after) {
    edges { node {
      title publishedAt author { handle } signal { side entry stop outcome { state reason rGross rNet fills { at kind price fraction } } }
      linkedTrades(first: 100) { totalCount feesPaid { amount currency } edges { rule eligible reason creditLastTouch creditTimeDecay creditShapley node { side price quantity executedAt } } }
      liveSessions(first: 5) { edges { node { title consensus { probabilityUp low90 high90 seq }
        predictions(first: 5) { edges { node { state outcome priceAtLock priceAtHorizon crowdBrier hostBrier } } } } } }
    } }
    pageInfo { hasNextPage endCursor }
  }
}`

/** Everything that a run has made, without the ids, which differ. */
async function playAndRead(): Promise<unknown[]> {
  await using test = await startTestPlatform(DAYS)
  const posts: unknown[] = []
  for (let after: string | null = null; ; ) {
    const { data, errors } = await test.query('nora', FEED, { after })
    expect(errors).toBeUndefined()
    for (const { node } of data.publicFeed.edges) {
      // Links of one instant have no order but that of their ids.
      const byContent = (a: unknown, b: unknown) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)
      posts.push({ ...node, linkedTrades: { ...node.linkedTrades, edges: node.linkedTrades.edges.sort(byContent) } })
    }
    if (!data.publicFeed.pageInfo.hasNextPage) return posts.map((post) => JSON.stringify(post)).sort()
    after = data.publicFeed.pageInfo.endCursor
  }
}

it('two fresh runs of the sandbox give the same outcomes, linked trades, consensus and predictions', async () => {
  const first = await playAndRead()
  const second = await playAndRead()
  expect(first.length).toBeGreaterThan(5)
  expect(first.join()).toContain('"state":"SETTLED","reason"')
  // Locked by live, judged by trading, scored by live.
  expect(first.join()).toMatch(
    /"state":"SETTLED","outcome":"(UP|NOT_UP)","priceAtLock":"[\d.]+","priceAtHorizon":"[\d.]+","crowdBrier":0\.\d+,"hostBrier":0\.\d+/,
  )
  expect(second).toEqual(first)
}, 180_000)
