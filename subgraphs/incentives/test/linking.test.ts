import { decimal, formatDecimal, sum } from '@planet/runtime/decimal'
import { newViewer } from '@planet/runtime/testing/subgraph'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { analyst, btcEur, btcUsd, ethUsd, newUuid, type Scenario, startScenario, usdcUsdt } from './scenario.ts'

let scenario: Scenario
const author = newViewer()
beforeAll(async () => {
  scenario = await startScenario()
})
afterAll(() => scenario.test[Symbol.asyncDispose]())

const linksOf = async (postId: string) => (await scenario.linkedTrades(analyst, postId)).edges
const linkOf = async (postId: string) => (await linksOf(postId))[0]
const MODELS = ['creditLastTouch', 'creditTimeDecay', 'creditShapley'] as const

describe('a trade after touches of three posts', () => {
  const reader = newViewer()
  const authors = [newViewer(), newViewer(), newViewer()]
  let posts: string[]
  let tradeId: string

  beforeAll(async () => {
    posts = await Promise.all(authors.map((each) => scenario.post(each)))
    const [viewed = '', clicked = '', ticketed = ''] = posts
    await scenario.touch(reader, viewed, 'VIEW')
    scenario.wait(10)
    await scenario.touch(reader, clicked, 'CLICK')
    scenario.wait(9.8)
    await scenario.ticket(reader, ticketed)
    tradeId = await scenario.trade(reader, { orderPlacedAt: scenario.hours(0.2).toISOString() })
  })

  it('is linked to each of them by its touch, with the worked shares of c4_decay', async () => {
    const links = await Promise.all(posts.map(linkOf))
    expect(links.map((link) => link.rule)).toEqual(['VIEW', 'CLICK', 'TICKET'])
    expect(links.every((link) => link.eligible && link.reason === null && link.node.id === tradeId)).toBe(true)
    const expected = [0.04728987507457204, 0.21065244542476508, 0.7420576795006628]
    links.forEach((link, i) => {
      expect(Math.abs(Number(link.creditTimeDecay) - (expected[i] ?? Number.NaN))).toBeLessThan(1e-11)
    })
    expect(links.map((link) => link.creditLastTouch)).toEqual(['0', '0', '1'])
  })

  it('sums to exactly 1 in each model', async () => {
    const links = await Promise.all(posts.map(linkOf))
    for (const model of MODELS) expect(formatDecimal(sum(links.map((link) => decimal(link[model]))))).toBe('1')
  })

  it('pays its whole fee into the sum of each post, and names its posts by credit', async () => {
    const [first = ''] = posts
    expect(await scenario.linkedTrades(analyst, first)).toMatchObject({
      totalCount: 1,
      eligibleCount: 1,
      feesPaid: [{ amount: '12', currency: 'USD' }],
    })
    const { sourcePosts } = await scenario.tradeOf(reader, tradeId)
    expect(sourcePosts.edges.map(({ node }: { node: { id: string } }) => node.id)).toEqual(posts.toReversed())
  })

  it('pages through its posts', async () => {
    const first = (await scenario.tradeOf(reader, tradeId, { first: 2 })).sourcePosts
    expect(first.pageInfo.hasNextPage).toBe(true)
    const rest = (await scenario.tradeOf(reader, tradeId, { first: 2, after: first.pageInfo.endCursor })).sourcePosts
    expect(rest.edges.map(({ node }: { node: { id: string } }) => node.id)).toEqual([posts[0]])
    expect(rest.pageInfo.hasNextPage).toBe(false)
  })
})

it('takes sixty clicks of one user on one post for one, the latest', async () => {
  const reader = newViewer()
  const [clicked, ticketed] = [await scenario.post(newViewer()), await scenario.post(newViewer())]
  for (let i = 0; i < 60; i++) {
    await scenario.touch(reader, clicked, 'CLICK')
    scenario.wait(1 / 60)
  }
  await scenario.ticket(reader, ticketed)
  const clickedAt = scenario.hours(-1 / 60)
  await scenario.trade(reader, { orderPlacedAt: scenario.hours(0.2).toISOString() })
  const [click, ticket] = [await linkOf(clicked), await linkOf(ticketed)]
  expect(click).toMatchObject({ rule: 'CLICK', touchedAt: clickedAt.toISOString() })
  const [one, other] = [0.5 * 2 ** -((0.2 + 1 / 60) / 12), 2 ** -(0.2 / 12)]
  expect(Number(click.creditTimeDecay)).toBeCloseTo(one / (one + other), 6)
  expect(Number(ticket.creditTimeDecay)).toBeCloseTo(other / (one + other), 6)
})

describe('an ineligible trade is shown with its reason and no credit', () => {
  const reader = newViewer()
  const twin = newViewer()

  it.each([
    ['AUTHORS_OWN_TRADE', author, {}],
    ['SAME_IDENTITY_AS_AUTHOR', twin, {}],
    ['ZERO_FEE', reader, { fee: '0' }],
    ['STABLECOIN_PAIR', reader, { ...usdcUsdt }],
    ['AUTOMATED_ACCOUNT', reader, { isAutomated: true }],
    ['COPY_TRADE', reader, { isCopy: true }],
    ['REFERRAL_PAID', reader, { isReferralPaid: true }],
    ['WASH_FLAGGED', reader, { isWashFlagged: true }],
  ] as const)('%s', async (reason, viewer, change) => {
    const cluster = newUuid<'IdentityCluster'>()
    await scenario.checkIdentity(author, cluster)
    await scenario.checkIdentity(twin, cluster)
    const postId = await scenario.post(author, { baseAssets: ['BTC', 'USDC'] })
    await scenario.touch(viewer, postId)
    await scenario.trade(viewer, change)
    const linkedTrades = await scenario.linkedTrades(analyst, postId)
    expect(linkedTrades).toMatchObject({ totalCount: 1, eligibleCount: 0, feesPaid: [] })
    expect(linkedTrades.edges).toMatchObject([
      { eligible: false, reason, rule: 'CLICK', creditLastTouch: '0', creditTimeDecay: '0', creditShapley: '0' },
    ])
  })

  it('and leaves all credit to the other posts of the trade', async () => {
    const [own, other] = [await scenario.post(twin), await scenario.post(newViewer())]
    for (const postId of [own, other]) await scenario.touch(twin, postId)
    await scenario.trade(twin)
    expect(await linkOf(own)).toMatchObject({ reason: 'AUTHORS_OWN_TRADE', creditTimeDecay: '0' })
    expect(await linkOf(other)).toMatchObject({ eligible: true, creditLastTouch: '1', creditTimeDecay: '1', creditShapley: '1' })
  })
})

describe('a trade is not linked', () => {
  it.each([
    ['CLICK', 0],
    ['CLICK', -1],
    ['CLICK', 72.001],
    ['VIEW', 24.001],
    ['TICKET', 1.001],
  ] as const)('by a %s, its order being placed %d hours later', async (kind, hours) => {
    const reader = newViewer()
    const postId = await scenario.post(author)
    await (kind === 'TICKET' ? scenario.ticket(reader, postId) : scenario.touch(reader, postId, kind))
    await scenario.trade(reader, { orderPlacedAt: scenario.hours(hours).toISOString() })
    expect(await linksOf(postId)).toEqual([])
  })

  it.each([
    ['CLICK', 1 / 3_600_000],
    ['CLICK', 72],
    ['VIEW', 24],
    ['TICKET', 1],
  ] as const)('unless the window of a %s is open, as it is %d hours later', async (kind, hours) => {
    const reader = newViewer()
    const postId = await scenario.post(author)
    await (kind === 'TICKET' ? scenario.ticket(reader, postId) : scenario.touch(reader, postId, kind))
    await scenario.trade(reader, { orderPlacedAt: scenario.hours(hours).toISOString() })
    expect(await linksOf(postId)).toMatchObject([{ rule: kind }])
  })

  it('to a post about something else', async () => {
    const reader = newViewer()
    const postId = await scenario.post(author, { baseAssets: ['BTC'], instrumentIds: [btcUsd.instrumentId] })
    await scenario.touch(reader, postId)
    await scenario.trade(reader, { ...ethUsd })
    expect(await linksOf(postId)).toEqual([])
  })

  it('by a touch of another user', async () => {
    const postId = await scenario.post(author)
    await scenario.touch(newViewer(), postId)
    await scenario.trade(newViewer())
    expect(await linksOf(postId)).toEqual([])
  })
})

describe('agreement with a signal', () => {
  const short = { signal: { instrumentId: btcUsd.instrumentId, side: 'SHORT' }, instrumentIds: [btcUsd.instrumentId] }
  const long = { signal: { ...short.signal, side: 'LONG' }, instrumentIds: [btcUsd.instrumentId] }

  it('is of the sides, per post and over all posts of the trade', async () => {
    const reader = newViewer()
    const posts = [await scenario.post(author, short), await scenario.post(author, long), await scenario.post(author)]
    for (const postId of posts) await scenario.touch(reader, postId)
    const tradeId = await scenario.trade(reader)
    expect((await Promise.all(posts.map(linkOf))).map((link) => link.agreesWithSignal)).toEqual([false, true, null])
    expect((await scenario.tradeOf(reader, tradeId)).agreesWithSignal).toBeNull()
  })

  it('is said of the trade when all its signals say the same', async () => {
    const reader = newViewer()
    for (const postId of [await scenario.post(author, short), await scenario.post(author)]) await scenario.touch(reader, postId)
    const [sold, bought] = [await scenario.trade(reader, { side: 'SELL' }), await scenario.trade(reader, { ...btcEur })]
    expect((await scenario.tradeOf(reader, sold)).agreesWithSignal).toBe(true)
    expect((await scenario.tradeOf(reader, bought)).agreesWithSignal).toBe(false)
  })

  it('is null for a trade of another asset that the post names as well', async () => {
    const reader = newViewer()
    const postId = await scenario.post(author, { ...long, baseAssets: ['BTC', 'ETH'] })
    await scenario.touch(reader, postId)
    await scenario.trade(reader, { ...ethUsd, side: 'SELL' })
    expect(await linkOf(postId)).toMatchObject({ eligible: true, agreesWithSignal: null })
  })
})
