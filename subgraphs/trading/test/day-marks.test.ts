import { decimal } from '@planet/runtime/decimal'
import { newId } from '@planet/runtime/ids'
import { silentLog } from '@planet/runtime/log'
import { newViewer } from '@planet/runtime/testing/subgraph'
import type { Viewer } from '@planet/runtime/viewer'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findMarkAt } from '../src/outcomes/db/day-mark.ts'
import { markDueDays } from '../src/outcomes/mark-days.ts'
import { candlesFrom, flat, type Prices, published, startTrading, type TestTrading } from './market.ts'

let market: TestTrading
beforeAll(async () => {
  market = await startTrading()
})
afterAll(() => market[Symbol.asyncDispose]())

const DAY_MS = 86_400_000

/** Days of one candle each, the first of which begins now. */
async function newMarket(...days: Prices[]) {
  const start = new Date(Math.ceil(market.trading.clock.now().getTime() / DAY_MS) * DAY_MS)
  await market.advance(start)
  const at = (count: number) => new Date(start.getTime() + count * DAY_MS)
  const newInstrument = () => market.newInstrument(candlesFrom(start, '1d', days))
  return {
    at,
    newInstrument,
    instrumentId: await newInstrument(),
    advance: (count: number) => market.advance(at(count)),
    dayOf: (count: number) => at(count).toISOString().slice(0, 10),
  }
}

const publish = async (at: Date, author: Viewer, plan: Parameters<typeof published>[1], circleId?: string) => {
  const signalId = newId<'Signal'>(at)
  const post = { authorId: author.userId, at, ...(circleId === undefined ? {} : { circleId }) }
  await market.trading.publish(published(post, plan && { signalId, ...plan }))
  return signalId
}

const markAt = (author: Viewer, at: Date) => findMarkAt(market.database.db, author.userId, at)
const eventsOf = async (author: Viewer) =>
  (await market.trading.eventsOf('trading.CreatorDayMarked')).filter(({ creatorId }) => creatorId === author.userId)

/** To 110 on the second day and to 120 on the third. */
const LADDER: Prices[] = [
  ['100', '106', '99', '105'],
  ['105', '112', '104', '111'],
  ['111', '121', '110', '119'],
  flat('119'),
  flat('119'),
]

describe('a day of a creator', () => {
  it('is marked with its last close once it is over, and later days do not change that', async () => {
    const { instrumentId, at, advance, dayOf } = await newMarket(...LADDER)
    const author = newViewer()
    const signalId = await publish(at(0), author, { instrumentId })
    await advance(0.9)
    expect(await markAt(author, at(0.9))).toBeNull()
    await advance(1)
    const first = {
      creatorId: author.userId,
      day: dayOf(0),
      methodVersion: 'outcome-2',
      settledR: 0,
      // 5 / 5 less 0.0005 * (100 + 105) / 5
      equityR: 0.9795,
      publicSettledR: 0,
      publicEquityR: 0.9795,
      markedAt: at(1),
    }
    const mark = { signalId, openFraction: decimal('1'), price: decimal('105'), pricedAt: at(1), markR: 0.9795 }
    expect(await markAt(author, at(1))).toMatchObject({ ...first, signals: [mark] })
    expect(await eventsOf(author)).toEqual([
      {
        ...first,
        markedAt: at(1).toISOString(),
        signals: [
          {
            signalId,
            audience: 'PUBLIC',
            instrumentId,
            openFraction: '1',
            price: '105',
            pricedAt: at(1).toISOString(),
            markR: 0.9795,
          },
        ],
      },
    ])

    for (const day of [2, 3, 4]) await advance(day)
    // (0.5 * 10 + 0.5 * 11) / 5 less 0.0005 * (100 + 55 + 55.5) / 5
    const second = await markAt(author, at(2))
    expect(second).toMatchObject({ day: dayOf(1), settledR: 0, equityR: 2.07895 })
    expect(second?.signals).toMatchObject([{ openFraction: decimal('0.5'), price: decimal('111'), markR: 2.07895 }])
    for (const [asked, day] of [
      [3, 2],
      [3.99, 2],
      [4, 3],
    ] as const) {
      expect(await markAt(author, at(asked))).toMatchObject({ day: dayOf(day), settledR: 2.9785, equityR: 2.9785, signals: [] })
    }
    expect(await markAt(author, at(1.5))).toMatchObject(first)
    expect((await eventsOf(author)).map(({ day }) => day)).toEqual([0, 1, 2, 3].map(dayOf))
  })

  it('is the same when several are over at once, in order, and whoever else marks them', async () => {
    const { instrumentId, newInstrument, at, advance, dayOf } = await newMarket(...LADDER)
    const [slow, fast] = [newViewer(), newViewer()]
    await publish(at(0), slow, { instrumentId })
    for (const day of [1, 2, 3]) await advance(day)
    // Heard of late: the days that are over are caught up.
    await publish(at(0), fast, { instrumentId: await newInstrument() })
    const { db } = market.database
    await Promise.all([1, 2, 3].map(() => markDueDays(db, at(3), async () => true, silentLog)))
    await market.trading.idle()
    const told = (author: Viewer) =>
      eventsOf(author).then((events) => events.map(({ day, settledR, equityR }) => ({ day, settledR, equityR })))
    expect(await told(fast)).toEqual(await told(slow))
    expect((await told(fast)).map(({ day }) => day)).toEqual([0, 1, 2].map(dayOf))
  })

  it('counts what circles are told apart from what everybody is', async () => {
    const { instrumentId, newInstrument, at, advance } = await newMarket(...LADDER)
    const author = newViewer()
    await publish(at(0), author, { instrumentId })
    const other = { instrumentId: await newInstrument(), targets: [{ price: '150', fraction: '1' }] }
    await publish(at(0), author, other, newId<'Circle'>(at(0)))
    await advance(3)
    // 19 / 5 less 0.0005 * (100 + 119) / 5
    expect(await markAt(author, at(3))).toMatchObject({
      settledR: 2.9785,
      equityR: 2.9785 + 3.7781,
      publicSettledR: 2.9785,
      publicEquityR: 2.9785,
      signals: [{ markR: 3.7781 }],
    })
  })

  it('has nothing of signals that are not entered, are not scored, or came after it', async () => {
    const { instrumentId, at, advance } = await newMarket(...LADDER)
    const author = newViewer()
    await publish(at(0), author, { instrumentId, entryKind: 'LIMIT', entry: '98', stop: '90' })
    await publish(at(0.5), author, { instrumentId, stop: '90' })
    await advance(1)
    await publish(at(1), author, { instrumentId, side: 'SHORT', stop: '130', targets: [{ price: '90', fraction: '1' }] })
    expect(await markAt(author, at(1))).toMatchObject({ settledR: 0, equityR: 0, signals: [] })
    await advance(2)
    expect(await markAt(author, at(2))).toMatchObject({ signals: [{ price: decimal('111') }] })
  })

  it('waits for its candles, for 48 hours; then a signal without one has no mark, and the equity is not known', async () => {
    const { at, advance, dayOf } = await newMarket()
    const [late, never] = [await market.newInstrument(), await market.newInstrument()]
    const first = candlesFrom(at(0), '1d', LADDER.slice(0, 1))
    for (const id of [late, never]) await market.importCandles(id, first)
    const [waiting, unknown] = [newViewer(), newViewer()]
    await publish(at(0), waiting, { instrumentId: late })
    await publish(at(0), unknown, { instrumentId: never })
    await advance(2.5)
    for (const author of [waiting, unknown]) expect(await markAt(author, at(2.5))).toMatchObject({ day: dayOf(0) })
    await market.importCandles(late, candlesFrom(at(1), '1d', LADDER.slice(1, 2)))
    await advance(2.6)
    expect(await markAt(waiting, at(2.6))).toMatchObject({ day: dayOf(1), equityR: 2.07895, markedAt: at(2.6) })
    expect(await markAt(unknown, at(2.6))).toMatchObject({ day: dayOf(0) })
    await advance(4)
    expect(await markAt(unknown, at(4))).toMatchObject({
      day: dayOf(1),
      settledR: 0,
      equityR: null,
      publicEquityR: null,
      signals: [{ price: null, pricedAt: null, markR: null }],
    })
  })

  it('is not written again when a candle is corrected', async () => {
    const { instrumentId, at, advance } = await newMarket(...LADDER)
    const author = newViewer()
    await publish(at(0), author, { instrumentId })
    await advance(1)
    await market.importCandles(instrumentId, candlesFrom(at(0), '1d', [['100', '106', '99', '101']]))
    await advance(2)
    expect(await markAt(author, at(1))).toMatchObject({ equityR: 0.9795 })
    expect(await eventsOf(author)).toHaveLength(2)
  })

  it('waits until what was published in it is heard of', async () => {
    const { instrumentId, at } = await newMarket(...LADDER)
    const author = newViewer()
    await publish(at(0), author, { instrumentId })
    const { db } = market.database
    // The platform's clock stands: nobody else finds the day over.
    expect(await markDueDays(db, at(1), async () => false, silentLog)).toBe(false)
    expect(await markAt(author, at(1))).toBeNull()
    while (await markDueDays(db, at(1), async (before) => before <= at(1), silentLog));
    expect(await markAt(author, at(1))).toMatchObject({ equityR: 0.9795 })
  })
})
