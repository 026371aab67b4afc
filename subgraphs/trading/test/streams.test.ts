import { newId } from '@planet/runtime/ids'
import { silentLog } from '@planet/runtime/log'
import { type Answer, newViewer } from '@planet/runtime/testing/subgraph'
import type { Viewer } from '@planet/runtime/viewer'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRejudgingWorker } from '../src/outcomes/workers.ts'
import { candlesFrom, flat, ORDER, type Prices, published, startTrading, type TestTrading } from './market.ts'

let market: TestTrading
beforeAll(async () => {
  market = await startTrading()
})
afterAll(() => market[Symbol.asyncDispose]())

const HOUR = 3_600_000
const RISING: Prices[] = [
  ['100', '106', '99', '105'],
  ['105', '112', '104', '111'],
  ['111', '121', '110', '119'],
]

async function newMarket(...rows: Prices[]) {
  const start = new Date(Math.ceil(market.trading.clock.now().getTime() / HOUR) * HOUR)
  await market.advance(start)
  const at = (hours: number) => new Date(start.getTime() + hours * HOUR)
  const instrumentId = await market.newInstrument(candlesFrom(start, '1h', rows))
  return { instrumentId, at, advance: (hours: number) => market.advance(at(hours)) }
}

async function newCreator(): Promise<Viewer> {
  const creator = newViewer()
  const { userId } = creator
  await market.trading.publish({
    stream: `creator:${userId}`,
    type: 'creators.CreatorProfileOpened',
    payload: { creatorId: userId, handle: 'ada' },
  })
  return creator
}

async function take(stream: AsyncGenerator<Answer, void, void>, count: number) {
  const taken = []
  while (taken.length < count) {
    const { value } = await stream.next()
    if (!value || value.errors) throw new Error(`no event: ${JSON.stringify(value)}`)
    taken.push(Object.values(value.data)[0] as Answer['data'])
  }
  return taken
}

describe('signalSettled', () => {
  const follow = (viewer: Viewer | null, variables: Record<string, unknown>) =>
    market.trading.subscribe(
      viewer,
      `subscription ($creatorIds: [ID!], $after: Cursor) {
        signalSettled(creatorIds: $creatorIds, after: $after) { seq at cursor signal { id outcome { state } } outcome { state reason rNet methodVersion } }
      }`,
      variables,
    )

  it('tells each final outcome of a public signal once, and none of a circle', async () => {
    const { instrumentId, at, advance } = await newMarket(...RISING)
    const [ada, bob] = [await newCreator(), await newCreator()]
    const circleId = newId<'Circle'>(new Date())
    const stream = await follow(ada, { creatorIds: [ada.userId] })
    const signals = [newId<'Signal'>(at(0)), newId<'Signal'>(at(0)), newId<'Signal'>(at(0))]
    const publish = (index: number, side: 'LONG' | 'SHORT', circle?: string) =>
      market.trading.publish(
        published(
          { authorId: ada.userId, at: at(0), ...(circle === undefined ? {} : { circleId: circle }) },
          side === 'LONG'
            ? { signalId: signals[index] ?? '', instrumentId }
            : { signalId: signals[index] ?? '', instrumentId, side, stop: '105', targets: [{ price: '90', fraction: '1' }] },
        ),
      )
    await publish(0, 'LONG')
    await publish(1, 'SHORT', circleId)
    // The author's open signal on the same side makes this one no signal of its own.
    await publish(2, 'LONG')
    await advance(3)
    await publish(2, 'LONG')

    const taken = await take(stream, 2)
    expect(taken).toMatchObject([
      {
        seq: 1,
        at: at(0).toISOString(),
        signal: { id: signals[2], outcome: { state: 'DUPLICATE' } },
        outcome: { state: 'DUPLICATE' },
      },
      { seq: 2, signal: { id: signals[0] }, outcome: { state: 'SETTLED', reason: 'TARGETS' } },
    ])
    await stream.return()
    const settled = await market.trading.eventsOf('trading.SignalSettled')
    expect(settled.filter(({ authorId }) => authorId === ada.userId).map(({ signalId }) => signalId)).toContain(signals[1])

    const again = await follow(null, { creatorIds: [ada.userId, bob.userId], after: taken[0].cursor })
    expect(await take(again, 1)).toEqual(taken.slice(1))
    await again.return()
  })

  it('shows with each telling the outcome by the rules that told it', async () => {
    const { instrumentId, at, advance } = await newMarket(...RISING)
    const creator = await newCreator()
    const stream = await follow(null, { creatorIds: [creator.userId] })
    const signalId = newId<'Signal'>(at(0))
    await market.trading.publish(published({ authorId: creator.userId, at: at(0) }, { signalId, instrumentId }))
    await advance(3)
    const told = (await market.trading.eventsOf('trading.SignalSettled')).find((event) => event.signalId === signalId)
    const { db } = market.database
    await db.execute(sql`update trading.signal_outcome set method_version = 'outcome-1', r_net = 1 where signal_id = ${signalId}`)
    await market.trading.publish({
      stream: `outcomes:${creator.userId}`,
      type: 'trading.SignalSettled',
      payload: { ...told, methodVersion: 'outcome-1' },
    })
    await createRejudgingWorker(db, { clock: market.trading.clock, log: silentLog }).idle()
    await market.trading.idle()
    expect((await take(stream, 3)).map(({ outcome }) => outcome)).toMatchObject([
      { methodVersion: 'outcome-2' },
      { methodVersion: 'outcome-1', rNet: 1 },
      { methodVersion: 'outcome-2', rNet: 2.9785 },
    ])
    await stream.return()
  })

  it('refuses ids that are none and cursors that are none', async () => {
    await expect(follow(null, { creatorIds: ['nobody'] })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' })
    const creatorIds = [(await newCreator()).userId, newViewer().userId]
    await expect(follow(null, { creatorIds })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' })
    await expect(follow(null, { creatorIds: [] })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' })
    await expect(follow(null, { after: 'nonsense' })).rejects.toMatchObject({ code: 'CURSOR_INVALID' })
  })
})

describe('orderChanged', () => {
  const follow = (viewer: Viewer | null, after: string | null = null) =>
    market.trading.subscribe(
      viewer,
      `subscription ($after: Cursor) { orderChanged(after: $after) { seq at cursor status revision order { ${ORDER} } } }`,
      { after },
    )

  it("tells every change of the viewer's orders, and of nobody else's", async () => {
    const [ada, bob] = [newViewer(), newViewer('analyst')]
    const { instrumentId, at, advance } = await newMarket(...RISING)
    const [own, others] = [await follow(ada), await follow(bob)]
    const limit = { instrumentId, side: 'BUY', quantity: '1', kind: 'LIMIT', limitPrice: '1' }
    const filled = await market.placeOrder(ada, { instrumentId, side: 'BUY', quantity: '1' })
    const expired = await market.placeOrder(ada, { ...limit, expiresAt: at(1).toISOString() })
    const cancelled = await market.placeOrder(ada, limit)
    await market.cancelOrder(ada, cancelled.order.id)
    await advance(3)
    await market.placeOrder(bob, { instrumentId, side: 'BUY', quantity: '1' })

    const taken = await take(own, 6)
    expect(taken.map((event) => event.seq)).toEqual([1, 2, 3, 4, 5, 6])
    const historyOf = (id: string) =>
      taken.filter((event) => event.order.id === id).map(({ status, revision, at: when }) => ({ status, revision, when }))
    const start = at(0).toISOString()
    expect(historyOf(filled.order.id)).toEqual([
      { status: 'OPEN', revision: 1, when: start },
      { status: 'FILLED', revision: 2, when: start },
    ])
    expect(historyOf(expired.order.id)).toEqual([
      { status: 'OPEN', revision: 1, when: start },
      { status: 'EXPIRED', revision: 2, when: at(1).toISOString() },
    ])
    expect(historyOf(cancelled.order.id)).toEqual([
      { status: 'OPEN', revision: 1, when: start },
      { status: 'CANCELLED', revision: 2, when: start },
    ])
    expect(await take(others, 1)).toMatchObject([{ seq: 1, status: 'OPEN', order: { status: 'OPEN', quantity: '1' } }])
    const again = await follow(ada, taken[3].cursor)
    expect(await take(again, 2)).toEqual(taken.slice(4))
    await Promise.all([own.return(), others.return(), again.return()])
  })

  it('needs a signed-in viewer', async () => {
    await newMarket(flat('1'))
    await expect(follow(null)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })
})
