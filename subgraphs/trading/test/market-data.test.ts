import { newId } from '@planet/runtime/ids'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { candlesFrom, flat, startTrading, type TestTrading } from './market.ts'

let market: TestTrading
beforeAll(async () => {
  market = await startTrading()
})
afterAll(() => market[Symbol.asyncDispose]())

/** `selection` of the instrument, as anybody sees it; `after` and `first` are for its hourly candles. */
const ask = async (id: string, selection: string, variables: Record<string, unknown> = {}) =>
  market.trading.query(
    null,
    `query ($id: ID!, $first: Int! = 20, $after: Cursor) {
      instrument(id: $id) {
        ${selection}
        candles(interval: HOUR_1, first: $first, after: $after) { edges { node { open close flags } } pageInfo { hasNextPage endCursor } }
      }
    }`,
    { id, ...variables },
  )

type Edges = { readonly edges: readonly { readonly node: { readonly open: string; readonly close: string } }[] }
const closes = ({ edges }: Edges) => edges.map(({ node }) => node.close)
/** The next midnight of the clock, to which it is moved. */
const nextDay = async () => {
  const midnight = new Date(Math.ceil(market.trading.clock.now().getTime() / 86_400_000) * 86_400_000)
  await market.advance(midnight)
  return midnight
}
const LAST = 'intervals lastPrice { price at }'

describe('an instrument', () => {
  it('is found by its id, by symbol and venue, and in the list, by anybody', async () => {
    const first = await market.newInstrument([], { symbol: 'AAPL', venue: 'B-VENUE' })
    const second = await market.newInstrument([], { symbol: 'AAPL', venue: 'A-VENUE' })
    const { data } = await market.trading.query(
      null,
      `query ($id: ID!) {
        instrument(id: $id) { symbol venue assetClass baseAsset quoteAsset tickSize lotSize feeBps tradingCalendar intervals lastPrice { price } }
        firstListed: instrumentBySymbol(symbol: "AAPL") { id }
        atVenue: instrumentBySymbol(symbol: "AAPL", venue: "A-VENUE") { id }
        none: instrumentBySymbol(symbol: "AAPL", venue: "C") { id }
        malformed: instrument(id: "x") { id }
        instruments(first: 2) { edges { node { symbol venue } } pageInfo { hasNextPage endCursor } }
      }`,
      { id: first },
    )
    expect(data).toMatchObject({
      instrument: { symbol: 'AAPL', venue: 'B-VENUE', tickSize: '0.01', feeBps: '5', intervals: [], lastPrice: null },
      firstListed: { id: first },
      atVenue: { id: second },
      none: null,
      malformed: null,
    })
    expect(data.instruments.edges.map((edge: { node: object }) => edge.node)).toEqual([
      { symbol: 'AAPL', venue: 'A-VENUE' },
      { symbol: 'AAPL', venue: 'B-VENUE' },
    ])
  })

  it('is resolved for other subgraphs, null for an id of nothing', async () => {
    const id = await market.newInstrument()
    expect(await market.entity(null, 'Instrument', id, 'id quoteAsset')).toEqual({ id, quoteAsset: 'USD' })
    expect(await market.entity(null, 'Instrument', newId(new Date()), 'id')).toBeNull()
    expect(await market.entity(null, 'Instrument', 'x', 'id')).toBeNull()
  })

  it('pages through all, and refuses a cursor of something else', async () => {
    const walk = async (after: string | null): Promise<string[]> => {
      const { data } = await market.trading.query(
        null,
        `query ($after: Cursor) { instruments(first: 1, after: $after) { edges { node { symbol } } pageInfo { hasNextPage endCursor } } }`,
        { after },
      )
      const { edges, pageInfo } = data.instruments
      return [
        ...edges.map((edge: { node: { symbol: string } }) => edge.node.symbol),
        ...(pageInfo.hasNextPage ? await walk(pageInfo.endCursor) : []),
      ]
    }
    const symbols = await walk(null)
    expect(symbols).toEqual([...symbols].sort())
    expect(symbols.length).toBeGreaterThan(2)
    const foreign = Buffer.from('k:17').toString('base64url')
    const { errors } = await market.trading.query(null, `{ instruments(after: "${foreign}") { edges { cursor } } }`)
    expect(errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT')
  })
})

describe('candles', () => {
  it('are known once closed, and the last price from an open on, never before', async () => {
    const start = market.trading.clock.now()
    const from = (count: number) => new Date(start.getTime() + count * 3_600_000)
    const id = await market.newInstrument(
      candlesFrom(from(-1), '1h', [
        ['100', '106', '99', '105'],
        ['105', '112', '104', '111'],
        ['111', '121', '110', '119'],
      ]),
    )
    const look = async () => {
      const { candles, ...rest } = (await ask(id, LAST)).data.instrument
      return { closes: closes(candles), ...rest }
    }
    expect(await look()).toEqual({
      closes: ['105'],
      intervals: ['HOUR_1'],
      lastPrice: { price: '105', at: from(0).toISOString() },
    })
    await market.advance(new Date(from(1).getTime() - 1))
    expect((await look()).closes).toEqual(['105'])
    await market.advance(from(1))
    expect(await look()).toMatchObject({ closes: ['111', '105'], lastPrice: { price: '111', at: from(1).toISOString() } })
    await market.advance(from(9))
    expect(await look()).toMatchObject({ closes: ['119', '111', '105'], lastPrice: { price: '119', at: from(2).toISOString() } })
  })

  it('of the future do not even show that they exist', async () => {
    const midnight = await nextDay()
    const id = await market.newInstrument(candlesFrom(new Date(midnight.getTime() + 3_600_000), '1h', [flat('7')]))
    expect((await ask(id, LAST)).data.instrument).toMatchObject({ intervals: [], lastPrice: null, candles: { edges: [] } })
  })

  it('take the last price from the interval that knows it best', async () => {
    const now = await nextDay()
    await market.advance(new Date(now.getTime() + 90_000))
    const id = await market.newInstrument([
      ...candlesFrom(new Date(now.getTime() - 3_600_000), '1h', [flat('100'), flat('101')]),
      ...candlesFrom(now, '1m', [flat('101'), flat('102'), flat('103')]),
    ])
    expect((await ask(id, LAST)).data.instrument).toMatchObject({
      intervals: ['MINUTE_1', 'HOUR_1'],
      lastPrice: { price: '102', at: new Date(now.getTime() + 60_000).toISOString() },
    })
  })

  it('come page by page, latest first', async () => {
    const now = await nextDay()
    const id = await market.newInstrument(
      candlesFrom(new Date(now.getTime() - 5 * 3_600_000), '1h', ['1', '2', '3', '4', '5'].map(flat)),
    )
    const pageOf = async (after: string | null) => (await ask(id, 'symbol', { first: 2, after })).data.instrument.candles
    const first = await pageOf(null)
    const second = await pageOf(first.pageInfo.endCursor)
    const third = await pageOf(second.pageInfo.endCursor)
    expect([first, second, third].map(closes)).toEqual([['5', '4'], ['3', '2'], ['1']])
    expect([first, second, third].map((page) => page.pageInfo.hasNextPage)).toEqual([true, true, false])
    const { errors } = await ask(id, 'symbol', { first: 101 })
    expect(errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT')
  })

  it('are called outliers only from the open on that shows it', async () => {
    const now = await nextDay()
    const steady = Array.from({ length: 30 }, (_, index) => flat(index % 2 ? '100' : '101'))
    const badPrint: [string, string, string, string] = ['100', '100', '50', '50']
    const series = candlesFrom(new Date(now.getTime() - 31 * 3_600_000), '1h', [...steady, badPrint])
    const returned = candlesFrom(new Date(now.getTime() + 3_600_000), '1h', [flat('100')])
    const id = await market.newInstrument([...series, ...returned])
    const flagsOfLast = async () => (await ask(id, 'symbol', { first: 1 })).data.instrument.candles.edges[0].node.flags
    expect(await flagsOfLast()).toEqual([])
    await market.advance(new Date(now.getTime() + 3_600_000))
    expect(await flagsOfLast()).toEqual(['OUTLIER'])
  })
})

it('tells the time of the platform', async () => {
  const { data } = await market.trading.query(null, '{ platformTime }')
  expect(data.platformTime).toBe(market.trading.clock.now().toISOString())
})
