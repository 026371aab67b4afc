import { newId } from '@planet/runtime/ids'
import { silentLog } from '@planet/runtime/log'
import { newKey, newViewer } from '@planet/runtime/testing/subgraph'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findVisiblePostAt } from '../src/copies/db/post.ts'
import { signals } from '../src/copies/db/tables.ts'
import { createMatchingWorker } from '../src/orders/workers.ts'
import { candlesFrom, edited, flat, ORDER, type Prices, published, startTrading, type TestTrading, TRADE } from './market.ts'

let market: TestTrading
beforeAll(async () => {
  market = await startTrading()
})
afterAll(() => market[Symbol.asyncDispose]())

const HOUR = 3_600_000
/** An instrument whose hourly candles begin now, and how to get to the end of each of them. */
async function newMarket(...rows: Prices[]) {
  const start = new Date(Math.ceil(market.trading.clock.now().getTime() / HOUR) * HOUR)
  await market.advance(start)
  const at = (hours: number) => new Date(start.getTime() + hours * HOUR)
  const instrumentId = await market.newInstrument(candlesFrom(start, '1h', rows))
  return { instrumentId, at, advance: (hours: number) => market.advance(at(hours)) }
}

const RISING: Prices[] = [
  ['100', '106', '99', '105'],
  ['105', '112', '104', '111'],
  ['111', '121', '110', '119'],
]

describe('an order', () => {
  it('is accepted, fills on the candles, and is told as a trade', async () => {
    const ada = newViewer()
    const { instrumentId, at, advance } = await newMarket(...RISING)
    await market.advance(new Date(at(0).getTime() + 1))
    const placed = await market.placeOrder(ada, { instrumentId, side: 'BUY', quantity: '0.5' })
    expect(placed.order).toMatchObject({ status: 'OPEN', revision: 1, filledQuantity: '0', trade: null, kind: 'MARKET' })

    await market.trading.idle()
    expect((await market.order(ada, placed.order.id)).status).toBe('OPEN')
    await advance(1)
    const filled = await market.order(ada, placed.order.id)
    expect(filled).toMatchObject({
      status: 'FILLED',
      revision: 2,
      filledQuantity: '0.5',
      trade: {
        side: 'BUY',
        price: '105',
        quantity: '0.5',
        notional: { amount: '52.5', currency: 'USD' },
        fee: { amount: '0.02625', currency: 'USD' },
        executedAt: at(1).toISOString(),
      },
    })
    const events = await market.trading.eventsOf('trading.TradeExecuted')
    expect(events.filter((event) => event.orderId === placed.order.id)).toEqual([
      {
        tradeId: filled.trade.id,
        orderId: placed.order.id,
        userId: ada.userId,
        instrumentId,
        baseAsset: 'BTC',
        quoteAsset: 'USD',
        side: 'BUY',
        orderKind: 'MARKET',
        ticketId: null,
        strategyId: null,
        referencePrice: null,
        price: '105',
        quantity: '0.5',
        notional: '52.5',
        fee: '0.02625',
        feeCurrency: 'USD',
        orderPlacedAt: new Date(at(0).getTime() + 1).toISOString(),
        executedAt: at(1).toISOString(),
        isAutomated: false,
        isCopy: false,
        isReferralPaid: false,
        isWashFlagged: false,
      },
    ])
  })

  it('of a partner app is told as automated', async () => {
    const app = newViewer('partner')
    const { instrumentId } = await newMarket(...RISING)
    const { order } = await market.placeOrder(app, { instrumentId, side: 'SELL', quantity: '1' })
    await market.trading.idle()
    const events = await market.trading.eventsOf('trading.TradeExecuted')
    expect(events.find((event) => event.orderId === order.id)).toMatchObject({ isAutomated: true, side: 'SELL', price: '100' })
  })

  it('with a limit fills when a candle that reaches it has closed, whichever steps the clock takes', async () => {
    const ada = newViewer()
    const { instrumentId, at, advance } = await newMarket(...RISING)
    const sell = { instrumentId, side: 'SELL', kind: 'LIMIT', limitPrice: '110.5', quantity: '2' }
    const patient = await market.placeOrder(ada, sell)
    const never = await market.placeOrder(ada, { ...sell, limitPrice: '121.01' })
    const brief = await market.placeOrder(ada, { ...sell, expiresAt: new Date(at(2).getTime() - 1).toISOString() })
    await advance(1.5)
    expect((await market.order(ada, patient.order.id)).status).toBe('OPEN')
    await advance(9)
    expect(await market.order(ada, patient.order.id)).toMatchObject({
      status: 'FILLED',
      trade: { price: '110.5', executedAt: at(2).toISOString() },
    })
    expect(await market.order(ada, never.order.id)).toMatchObject({ status: 'OPEN', revision: 1 })
    expect(await market.order(ada, brief.order.id)).toMatchObject({ status: 'EXPIRED', revision: 2, trade: null })
  })

  it.each([
    ['BUY', '106'],
    ['BUY', '105'],
    ['SELL', '104'],
    ['SELL', '105'],
  ] as const)(
    'to %s at %s fills at the next open of 105, stamped there, before its candle has closed',
    async (side, limitPrice) => {
      const ada = newViewer()
      const { instrumentId, at, advance } = await newMarket(...RISING)
      await market.advance(new Date(at(0).getTime() + 1))
      const { order } = await market.placeOrder(ada, { instrumentId, side, kind: 'LIMIT', limitPrice, quantity: '1' })
      const expiresAt = new Date(at(1).getTime() + 1).toISOString()
      const brief = await market.placeOrder(ada, { instrumentId, side, kind: 'LIMIT', limitPrice, quantity: '1', expiresAt })
      await advance(1)
      const atOpen = { status: 'FILLED', revision: 2, trade: { price: '105', executedAt: at(1).toISOString() } }
      expect(await market.order(ada, order.id)).toMatchObject(atOpen)
      await advance(9)
      expect(await market.order(ada, brief.order.id)).toMatchObject(atOpen)
    },
  )

  it('that waits fills at a later open beyond its limit, also if nobody looked in between', async () => {
    const ada = newViewer()
    const { instrumentId, at, advance } = await newMarket(...RISING)
    const sell = { instrumentId, side: 'SELL', kind: 'LIMIT', limitPrice: '111', quantity: '1' }
    const patient = await market.placeOrder(ada, { ...sell, limitPrice: '104.5' })
    const gap = await market.placeOrder(ada, { ...sell, limitPrice: '113' })
    await advance(9)
    expect((await market.order(ada, patient.order.id)).trade).toMatchObject({ price: '104.5', executedAt: at(1).toISOString() })
    expect((await market.order(ada, gap.order.id)).trade).toMatchObject({ price: '113', executedAt: at(3).toISOString() })
    const open = await market.placeOrder(ada, { ...sell, side: 'BUY', limitPrice: '120' })
    await market.importCandles(
      instrumentId,
      candlesFrom(at(10), '1h', [
        ['121', '122', '120.5', '121'],
        ['118', '119', '1', '2'],
      ]),
    )
    await advance(11)
    expect((await market.order(ada, open.order.id)).trade).toMatchObject({ price: '118', executedAt: at(11).toISOString() })
  })

  it('fills when its candles come in late', async () => {
    const ada = newViewer()
    const { instrumentId, at, advance } = await newMarket()
    const { order } = await market.placeOrder(ada, { instrumentId, side: 'BUY', kind: 'LIMIT', limitPrice: '100', quantity: '1' })
    await advance(5)
    await market.importCandles(instrumentId, candlesFrom(at(2), '1h', [flat('90')]))
    await market.importCandles(instrumentId, candlesFrom(at(4), '1h', [flat('80')]))
    await market.trading.idle()
    expect(await market.order(ada, order.id)).toMatchObject({
      status: 'FILLED',
      trade: { price: '90', executedAt: at(2).toISOString() },
    })
  })

  it('is refused with every fault at once, and nothing is stored', async () => {
    const ada = newViewer()
    const { instrumentId } = await newMarket(...RISING)
    const now = market.trading.clock.now().toISOString()
    const refused = await market.placeOrder(ada, {
      instrumentId,
      side: 'BUY',
      kind: 'LIMIT',
      quantity: '0.0001',
      limitPrice: '0.001',
      expiresAt: now,
      attributionToken: 'x',
    })
    expect(refused.faults.map((fault: { field: string }) => fault.field)).toEqual([
      'attributionToken',
      'quantity',
      'limitPrice',
      'expiresAt',
    ])
    const nowhere = await market.placeOrder(ada, { instrumentId: newId(new Date()), side: 'BUY', quantity: '-1' })
    expect(nowhere.faults.map((fault: { field: string }) => fault.field)).toEqual(['instrumentId', 'quantity'])
    expect((await market.placeOrder(ada, { instrumentId: 'x', side: 'BUY', quantity: '1' })).faults).toHaveLength(1)
    const { data } = await market.trading.query(ada, '{ myOrders { edges { node { id } } } }')
    expect(data.myOrders.edges).toEqual([])
  })

  it('is placed once per key, and another input with the same key is an error', async () => {
    const ada = newViewer()
    const { instrumentId } = await newMarket(...RISING)
    const input = { idempotencyKey: newKey(), instrumentId, side: 'BUY', quantity: '1' }
    const [first, second] = await Promise.all([market.placeOrder(ada, input), market.placeOrder(ada, input)])
    expect(second.order.id).toBe(first.order.id)
    await market.trading.idle()
    expect((await market.placeOrder(ada, input)).order).toMatchObject({ id: first.order.id, status: 'FILLED' })
    await expect(market.placeOrder(ada, { ...input, quantity: '2' })).rejects.toMatchObject({ code: 'CONFLICT' })
  })

  it('needs a signed-in viewer', async () => {
    const { instrumentId } = await newMarket(...RISING)
    await expect(market.placeOrder(null, { instrumentId, side: 'BUY', quantity: '1' })).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    })
    const { errors } = await market.trading.query(null, '{ myOrders { edges { cursor } } }')
    expect(errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED')
  })

  it('is filled once by any number of replicas', async () => {
    const ada = newViewer()
    const { instrumentId, at } = await newMarket(...RISING)
    await market.advance(new Date(at(0).getTime() + 1))
    const placed = await Promise.all(
      Array.from({ length: 12 }, () => market.placeOrder(ada, { instrumentId, side: 'BUY', quantity: '1' })),
    )
    const replicas = Array.from({ length: 3 }, () =>
      createMatchingWorker(market.database.db, { clock: market.trading.clock, log: silentLog }),
    )
    market.trading.clock.advance(at(1))
    await Promise.all([market.trading.idle(), ...replicas.map((replica) => replica.idle())])
    for (const { order } of placed) expect(await market.order(ada, order.id)).toMatchObject({ status: 'FILLED', revision: 2 })
    const orderIds = (await market.trading.eventsOf('trading.TradeExecuted')).map((event) => event.orderId)
    for (const { order } of placed) expect(orderIds.filter((id) => id === order.id)).toHaveLength(1)
  })
})

describe('cancelling', () => {
  it('ends an open order of the viewer', async () => {
    const ada = newViewer()
    const { instrumentId, advance } = await newMarket(...RISING)
    const { order } = await market.placeOrder(ada, { instrumentId, side: 'BUY', kind: 'LIMIT', limitPrice: '50', quantity: '1' })
    expect(await market.cancelOrder(newViewer(), order.id)).toMatchObject({ __typename: 'InvalidInput' })
    expect(await market.cancelOrder(ada, order.id)).toMatchObject({ order: { status: 'CANCELLED', revision: 2 } })
    expect(await market.cancelOrder(ada, order.id)).toMatchObject({
      code: 'ORDER_NOT_OPEN',
      order: { status: 'CANCELLED', revision: 2 },
    })
    expect(await market.cancelOrder(ada, 'x')).toMatchObject({ __typename: 'InvalidInput' })
    await advance(3)
    expect((await market.order(ada, order.id)).status).toBe('CANCELLED')
  })

  it('comes too late for a fill that is due, even if the exchange has not got to it', async () => {
    const ada = newViewer()
    const { instrumentId } = await newMarket(...RISING)
    const { order } = await market.placeOrder(ada, { instrumentId, side: 'BUY', quantity: '1' })
    expect(await market.cancelOrder(ada, order.id)).toMatchObject({
      code: 'ORDER_NOT_OPEN',
      order: { status: 'FILLED', trade: { price: '100' } },
    })
  })
})

describe('orders and trades', () => {
  it('are shown to their owner and to analysts, whichever way leads to them', async () => {
    const ada = newViewer()
    const { instrumentId } = await newMarket(...RISING)
    const { order } = await market.placeOrder(ada, { instrumentId, side: 'BUY', quantity: '1' })
    await market.trading.idle()
    const { trade } = await market.order(ada, order.id)
    const look = async (viewer: Parameters<typeof market.order>[0]) => {
      const { data } = await market.trading.query(
        viewer,
        `query ($order: ID!, $trade: ID!) { order(id: $order) { ${ORDER} } trade(id: $trade) { ${TRADE} } }`,
        { order: order.id, trade: trade.id },
      )
      return [
        data.order?.id,
        data.trade?.id,
        (await market.entity(viewer, 'Order', order.id, 'id'))?.id,
        (await market.entity(viewer, 'Trade', trade.id, 'id order { id }'))?.id,
      ]
    }
    for (const viewer of [ada, newViewer('analyst'), newViewer('admin')])
      expect(await look(viewer)).toEqual([order.id, trade.id, order.id, trade.id])
    for (const viewer of [newViewer(), newViewer('partner'), null])
      expect(await look(viewer)).toEqual([undefined, undefined, undefined, undefined])
  })

  it('are listed newest first, page by page', async () => {
    const ada = newViewer()
    const { instrumentId, advance } = await newMarket(...RISING)
    for (const hours of [0, 1, 2]) {
      await advance(hours)
      await market.placeOrder(ada, { instrumentId, side: 'BUY', quantity: '1' })
    }
    await market.trading.idle()
    const { data } = await market.trading.query(
      ada,
      '{ myOrders(first: 2) { edges { node { trade { price } } } pageInfo { hasNextPage endCursor } } }',
    )
    expect(data.myOrders.edges.map((edge: { node: { trade: { price: string } } }) => edge.node.trade.price)).toEqual([
      '111',
      '105',
    ])
    const next = await market.trading.query(
      ada,
      'query ($after: Cursor) { myOrders(after: $after) { edges { node { trade { price } } } } }',
      { after: data.myOrders.pageInfo.endCursor },
    )
    expect(next.data.myOrders.edges).toEqual([{ node: { trade: { price: '100' } } }])

    const trades = 'trades(first: 2) { edges { node { price } } pageInfo { hasNextPage } }'
    const expected = {
      trades: { edges: [{ node: { price: '111' } }, { node: { price: '105' } }], pageInfo: { hasNextPage: true } },
    }
    expect(await market.entity(ada, 'User', ada.userId, trades)).toEqual(expected)
    expect(await market.entity(newViewer('analyst'), 'User', ada.userId, trades)).toEqual(expected)
    expect(await market.entity(newViewer(), 'User', ada.userId, trades)).toEqual({ trades: null })
  })
})

describe('a ticket', () => {
  const author = newViewer()

  it('is pre-filled from the signal, signed, and told', async () => {
    const ada = newViewer()
    const { instrumentId, at } = await newMarket(...RISING)
    const postId = newId<'Post'>(at(0))
    await market.trading.publish(
      published(
        { postId, authorId: author.userId, at: at(0) },
        {
          instrumentId,
          side: 'SHORT',
          entryKind: 'LIMIT',
          entry: '130',
          stop: '140',
          targets: [{ price: '120', fraction: '1' }],
        },
      ),
    )
    const { ticket } = await market.openTicket(ada, { postId })
    expect(ticket).toMatchObject({
      post: { id: postId },
      instrument: { id: instrumentId },
      side: 'SELL',
      limitPrice: '130',
      stop: '140',
      openedAt: at(0).toISOString(),
      expiresAt: at(1).toISOString(),
    })
    expect((await market.trading.eventsOf('trading.TicketOpened')).at(-1)).toEqual({
      ticketId: ticket.id,
      userId: ada.userId,
      postId,
      instrumentId,
      referencePrice: '100',
      strategyId: null,
      at: at(0).toISOString(),
    })

    const { order } = await market.placeOrder(ada, {
      instrumentId,
      side: 'BUY',
      quantity: '1',
      attributionToken: ticket.attributionToken,
    })
    expect(order.ticket).toEqual({ id: ticket.id })
  })

  it('tells the strategy that its plan follows, and so do its trades', async () => {
    const ada = newViewer()
    const { instrumentId, at, advance } = await newMarket(...RISING)
    const other = await market.newInstrument(candlesFrom(at(0), '1h', [flat('50'), flat('50')]))
    const [postId, strategyId] = [newId<'Post'>(at(0)), newId<'Strategy'>(at(0))]
    const post = { postId, authorId: author.userId, at: at(0), instrumentIds: [instrumentId, other] }
    await market.trading.publish(published(post, { instrumentId, strategyId }))
    const toldOf = async (id: string) => {
      const { ticket } = await market.openTicket(ada, { postId, instrumentId: id })
      const input = { instrumentId: id, side: 'BUY', quantity: '1', attributionToken: ticket.attributionToken }
      const { order } = await market.placeOrder(ada, input)
      await market.trading.idle()
      const tickets = await market.trading.eventsOf('trading.TicketOpened')
      const trades = await market.trading.eventsOf('trading.TradeExecuted')
      return [
        tickets.find(({ ticketId }) => ticketId === ticket.id)?.strategyId,
        trades.find(({ orderId }) => orderId === order.id)?.strategyId,
      ]
    }
    expect(await toldOf(instrumentId)).toEqual([strategyId, strategyId])
    // The plan is none for another instrument that the post names.
    expect(await toldOf(other)).toEqual([null, null])
    const [copy] = await market.database.db.select().from(signals).where(eq(signals.postId, postId))
    expect(copy).toMatchObject({ strategyId })
    await advance(1)
  })

  it('tells with its trades the price at which it was opened, whatever the market did since', async () => {
    const ada = newViewer()
    const { instrumentId, at, advance } = await newMarket(...RISING)
    const unpriced = await market.newInstrument()
    const postId = newId<'Post'>(at(0))
    const instrumentIds = [instrumentId, unpriced]
    await market.trading.publish(published({ postId, authorId: author.userId, at: at(0), instrumentIds }, null))
    await advance(0.5)
    const { ticket } = await market.openTicket(ada, { postId, instrumentId })
    const early = await market.openTicket(ada, { postId, instrumentId: unpriced })
    await advance(1.1)
    const order = { side: 'SELL', kind: 'LIMIT', limitPrice: '111', quantity: '1' }
    const placed = await market.placeOrder(ada, { ...order, instrumentId, attributionToken: ticket.attributionToken })
    const first = await market.placeOrder(ada, {
      ...order,
      instrumentId: unpriced,
      attributionToken: early.ticket.attributionToken,
    })
    await market.importCandles(unpriced, candlesFrom(at(2), '1h', [flat('111')]))
    await advance(3)
    const events = await market.trading.eventsOf('trading.TradeExecuted')
    const toldOf = (orderId: string) => events.find((event) => event.orderId === orderId)
    expect(toldOf(placed.order.id)).toMatchObject({
      orderKind: 'LIMIT',
      ticketId: ticket.id,
      // The open of the candle in progress when the ticket was opened; a candle later it was 105.
      referencePrice: '100',
      price: '111',
      notional: '111',
      quantity: '1',
      side: 'SELL',
      orderPlacedAt: at(1.1).toISOString(),
    })
    expect(toldOf(first.order.id)).toMatchObject({ ticketId: early.ticket.id, referencePrice: null, price: '111' })
  })

  it('gives a token that is worth nothing to others, for other instruments, or after an hour', async () => {
    const ada = newViewer()
    const { instrumentId, at, advance } = await newMarket(...RISING)
    const other = await market.newInstrument()
    const postId = newId<'Post'>(at(0))
    await market.trading.publish(published({ postId, authorId: author.userId, at: at(0), instrumentIds: [instrumentId] }, null))
    const { ticket } = await market.openTicket(ada, { postId, instrumentId })
    const input = { instrumentId, side: 'BUY', quantity: '1', attributionToken: ticket.attributionToken }
    const faultsOf = async (result: Promise<{ faults: { field: string }[] }>) => (await result).faults.map(({ field }) => field)
    expect(await faultsOf(market.placeOrder(newViewer(), input))).toEqual(['attributionToken'])
    expect(await faultsOf(market.placeOrder(ada, { ...input, instrumentId: other }))).toEqual(['instrumentId'])
    expect(
      await faultsOf(market.placeOrder(ada, { ...input, attributionToken: `${ticket.attributionToken.slice(0, -1)}!` })),
    ).toEqual(['attributionToken'])
    await market.advance(new Date(at(1).getTime() - 1))
    expect((await market.placeOrder(ada, input)).order.ticket.id).toBe(ticket.id)
    await advance(1)
    expect(await faultsOf(market.placeOrder(ada, input))).toEqual(['attributionToken'])
  })

  it('is only for what a post is about, and without a signal it suggests nothing', async () => {
    const ada = newViewer()
    const { instrumentId, at } = await newMarket(...RISING)
    const eth = await market.newInstrument([], { baseAsset: 'ETH' })
    const sol = await market.newInstrument([], { baseAsset: 'SOL' })
    const postId = newId<'Post'>(at(0))
    await market.trading.publish(
      published({ postId, authorId: author.userId, at: at(0), instrumentIds: [eth], baseAssets: ['BTC'] }, null),
    )
    expect((await market.openTicket(ada, { postId, instrumentId })).ticket).toMatchObject({
      side: null,
      limitPrice: null,
      stop: null,
    })
    expect((await market.openTicket(ada, { postId, instrumentId: eth })).ticket.instrument.id).toBe(eth)
    expect((await market.openTicket(ada, { postId, instrumentId: sol })).faults).toEqual([
      { field: 'instrumentId', message: 'The post is not about this instrument.' },
    ])
    expect((await market.openTicket(ada, { postId })).faults).toEqual([
      { field: 'instrumentId', message: 'Is required: the post has no signal.' },
    ])
    const nothing = await market.openTicket(ada, { postId: newId(at(0)), instrumentId: 'x' })
    expect(nothing.faults.map((fault: { field: string }) => fault.field)).toEqual(['postId', 'instrumentId'])
  })

  it('is for what the post names now; one that was opened before an edit stays what it is', async () => {
    const ada = newViewer()
    const { instrumentId: btc, at, advance } = await newMarket(...RISING)
    const eth = await market.newInstrument([], { baseAsset: 'ETH' })
    const post = { postId: newId<'Post'>(at(0)), authorId: author.userId }
    await market.trading.publish(published({ ...post, at: at(0), baseAssets: ['BTC'] }, null))
    const { ticket } = await market.openTicket(ada, { postId: post.postId, instrumentId: btc })
    const faults = [{ field: 'instrumentId', message: 'The post is not about this instrument.' }]
    expect((await market.openTicket(ada, { postId: post.postId, instrumentId: eth })).faults).toEqual(faults)

    await market.advance(new Date(at(0).getTime() + 60_000))
    await market.trading.publish(edited({ ...post, textVersion: 2, at: market.trading.clock.now(), baseAssets: ['ETH'] }))
    expect((await market.openTicket(ada, { postId: post.postId, instrumentId: btc })).faults).toEqual(faults)
    expect((await market.openTicket(ada, { postId: post.postId, instrumentId: eth })).ticket.instrument.id).toBe(eth)
    const input = { instrumentId: btc, side: 'BUY', quantity: '1', attributionToken: ticket.attributionToken }
    expect((await market.placeOrder(ada, input)).order.ticket).toEqual({ id: ticket.id })

    const of = (moment: Date) => findVisiblePostAt(market.database.db, post.postId, ada.userId, moment)
    await market.trading.publish(edited({ ...post, textVersion: 3, at: at(1), instrumentIds: [btc] }))
    await advance(1)
    expect(await of(at(-1))).toMatchObject({ instrumentIds: [], baseAssets: ['BTC'] })
    expect(await of(at(0))).toMatchObject({ instrumentIds: [], baseAssets: ['BTC'] })
    expect(await of(new Date(at(0).getTime() + 60_000))).toMatchObject({ instrumentIds: [], baseAssets: ['ETH'] })
    expect(await of(new Date(at(1).getTime() - 1))).toMatchObject({ instrumentIds: [], baseAssets: ['ETH'] })
    expect(await of(at(1))).toMatchObject({ instrumentIds: [btc], baseAssets: [] })
  })

  it('does not open on a post that was retracted or that the viewer may not see', async () => {
    const [ada, member] = [newViewer(), newViewer()]
    const { instrumentId, at } = await newMarket(...RISING)
    const [postId, secretId, circleId] = [newId<'Post'>(at(0)), newId<'Post'>(at(0)), newId<'Circle'>(at(0))]
    await market.trading.publish(
      published({ postId, authorId: author.userId, at: at(0) }, { instrumentId }),
      {
        stream: `creator:${author.userId}`,
        type: 'posts.PostRetracted',
        payload: { postId, authorId: author.userId, signalId: null, retractedAt: at(0).toISOString() },
      },
      published({ postId: secretId, authorId: author.userId, at: at(0), circleId, instrumentIds: [instrumentId] }, null),
      {
        stream: `circle:${circleId}`,
        type: 'circles.MembershipChanged',
        payload: { circleId, userId: member.userId, state: 'MEMBER', hostId: author.userId, revision: 1 },
      },
    )
    expect((await market.openTicket(ada, { postId })).faults).toEqual([{ field: 'postId', message: 'The post was retracted.' }])
    expect((await market.openTicket(ada, { postId: secretId, instrumentId })).faults).toEqual([
      { field: 'postId', message: 'No such post.' },
    ])
    for (const insider of [member, author])
      expect((await market.openTicket(insider, { postId: secretId, instrumentId })).ticket.id).toBeTruthy()
  })

  it('is opened once per key', async () => {
    const ada = newViewer()
    const { instrumentId, at } = await newMarket(...RISING)
    const postId = newId<'Post'>(at(0))
    await market.trading.publish(published({ postId, authorId: author.userId, at: at(0) }, { instrumentId }))
    const input = { idempotencyKey: newKey(), postId }
    const first = await market.openTicket(ada, input)
    expect(await market.openTicket(ada, input)).toEqual(first)
    await expect(market.openTicket(ada, { ...input, instrumentId })).rejects.toMatchObject({ code: 'CONFLICT' })
  })
})
