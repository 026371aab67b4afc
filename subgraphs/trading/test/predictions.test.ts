import { newId } from '@planet/runtime/ids'
import { silentLog } from '@planet/runtime/log'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPredictionWorker } from '../src/predictions/workers.ts'
import { candlesFrom, flat, type Prices, startTrading, type TestTrading } from './market.ts'

let market: TestTrading
beforeAll(async () => {
  market = await startTrading()
})
afterAll(() => market[Symbol.asyncDispose]())

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** An instrument with hourly candles from the next full hour of the clock on. */
async function newMarket(...rows: Prices[]) {
  const start = new Date(Math.ceil(market.trading.clock.now().getTime() / HOUR) * HOUR)
  await market.advance(start)
  const at = (hours: number) => new Date(start.getTime() + hours * HOUR)
  const instrumentId = await market.newInstrument(candlesFrom(start, '1h', rows))
  return { instrumentId, at, advance: (hours: number) => market.advance(at(hours)) }
}

/** As live tells of it. */
async function lock(instrumentId: string, lockedAt: Date, horizonAt: Date): Promise<string> {
  const [predictionId, sessionId] = [newId(lockedAt), newId(lockedAt)]
  await market.trading.publish({
    stream: `session:${sessionId}`,
    type: 'live.PredictionLocked',
    payload: { predictionId, sessionId, instrumentId, lockedAt: lockedAt.toISOString(), horizonAt: horizonAt.toISOString() },
  })
  return predictionId
}

const verdictsOf = async (predictionId: string) =>
  (await market.trading.eventsOf('trading.PredictionSettled')).filter((event) => event.predictionId === predictionId)

describe('a locked prediction', () => {
  it('is judged once, at its horizon, by the open after its lock and the close before its horizon', async () => {
    const { instrumentId, at, advance } = await newMarket(
      ['90', '99', '80', '95'],
      ['100', '106', '99', '105'],
      ['105', '112', '104', '111'],
      ['120', '130', '110', '125'],
    )
    const id = await lock(instrumentId, new Date(at(0).getTime() + MINUTE), new Date(at(3).getTime() + MINUTE))
    await advance(3)
    expect(await verdictsOf(id)).toEqual([])
    const horizonAt = new Date(at(3).getTime() + MINUTE)
    await market.advance(horizonAt)
    const settled = {
      predictionId: id,
      priceAtLock: '100',
      priceAtHorizon: '111',
      isUp: true,
      settledAt: horizonAt.toISOString(),
    }
    expect(await verdictsOf(id)).toEqual([settled])
    await advance(9)
    expect(await verdictsOf(id)).toEqual([settled])
  })

  it('is judged by the finest candles there are', async () => {
    const { instrumentId, at } = await newMarket(['90', '99', '80', '95'], ['100', '106', '99', '105'], flat('105'))
    await market.importCandles(
      instrumentId,
      candlesFrom(
        at(0),
        '1m',
        Array.from({ length: 120 }, (_, minute) => flat(String(200 - minute))),
      ),
    )
    const id = await lock(instrumentId, new Date(at(0).getTime() + 90_000), new Date(at(1).getTime() + 30 * MINUTE))
    await market.advance(at(2))
    // It opens two minutes after the start, and the last one closes 90 minutes after it.
    expect(await verdictsOf(id)).toMatchObject([{ priceAtLock: '198', priceAtHorizon: '111', isUp: false }])
  })

  it('waits for candles that are missing, and is void if none come', async () => {
    const { instrumentId, at, advance } = await newMarket(flat('100'))
    const [late, never] = [await lock(instrumentId, at(0), at(2)), await lock(instrumentId, at(5), at(6))]
    await advance(8)
    expect(await verdictsOf(late)).toEqual([])
    await market.importCandles(instrumentId, candlesFrom(at(1), '1h', [flat('101'), flat('102')]))
    await market.trading.idle()
    expect(await verdictsOf(late)).toMatchObject([{ priceAtLock: '100', priceAtHorizon: '101', isUp: true }])
    await advance(53)
    expect(await verdictsOf(never)).toEqual([])
    await advance(54)
    expect(await verdictsOf(never)).toEqual([
      { predictionId: never, priceAtLock: null, priceAtHorizon: null, isUp: null, settledAt: at(54).toISOString() },
    ])
  })

  it('of an instrument that nobody has listed is void after the wait', async () => {
    const { at, advance } = await newMarket(flat('100'))
    const id = await lock(newId(at(0)), at(0), at(1))
    await advance(48)
    expect(await verdictsOf(id)).toEqual([])
    await advance(49)
    expect(await verdictsOf(id)).toMatchObject([{ isUp: null }])
  })

  it('does not look beyond the clock or the horizon, whatever its steps', async () => {
    const rows = Array.from({ length: 12 }, (_, hour): Prices => flat(String(100 + ((hour * 7) % 5))))
    const { instrumentId, at, advance } = await newMarket(...rows)
    const inSteps = await lock(instrumentId, at(1), at(7))
    for (let hour = 2; hour <= 7; hour++) await advance(hour)
    const atOnce = await lock(instrumentId, at(1), at(7))
    const [[first], [second]] = [await verdictsOf(inSteps), await verdictsOf(atOnce)]
    expect({ ...second, predictionId: inSteps }).toEqual(first)
    expect(first).toMatchObject({ priceAtLock: '102', priceAtHorizon: '102', isUp: false })
  })

  it('is told once by many replicas', async () => {
    const { instrumentId, at } = await newMarket(flat('100'), flat('101'), flat('102'))
    const ids = await Promise.all(Array.from({ length: 5 }, () => lock(instrumentId, at(0), at(2))))
    const replicas = Array.from({ length: 4 }, () =>
      createPredictionWorker(market.database.db, { clock: market.trading.clock, log: silentLog }),
    )
    market.trading.clock.advance(at(2))
    await Promise.all([...replicas.map((replica) => replica.idle()), market.trading.idle()])
    for (const id of ids) expect(await verdictsOf(id)).toHaveLength(1)
  })
})
