import { type Decimal, decimal, max, min } from '@planet/runtime/decimal'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SignalPlan } from '../../copies/domain/signal.ts'
import { aggregateCandles, type Candle, INTERVALS } from '../../market/domain/candle.ts'
import { candlesInDoubt, isFinal, nextDue } from './evaluation.ts'
import { evaluateSignal } from './outcome.ts'
import { isEvaluable } from './plan.ts'

const START = Date.UTC(2024, 0, 1)
const minutes = (count: number) => new Date(START + count * 60_000)
const at = (price: number): Decimal => decimal(String(price))

const plan: SignalPlan = {
  side: 'LONG',
  entryKind: 'MARKET',
  entry: at(100),
  stop: at(95),
  targets: [{ price: at(110), fraction: decimal('1') }],
  publishedAt: minutes(0),
  expiresAt: minutes(300),
  entryExpiresAt: null,
  moveStopToEntryAfter: null,
}

/** Candles of a minute on a random walk, so that every candle opens where the one before closed. */
const walk = fc
  .array(fc.tuple(fc.integer({ min: -5, max: 5 }), fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 })), {
    minLength: 90,
    maxLength: 90,
  })
  .map((steps) => {
    let price = 100
    return steps.map(([move, up, down], index): Candle => {
      const [open, close] = [at(price), at(Math.max(20, price + move))]
      price = Math.max(20, price + move)
      return {
        openTime: minutes(index),
        interval: '1m',
        open,
        close,
        high: { units: max(open, close).units + at(up).units },
        low: { units: min(open, close).units - at(down).units },
        volume: null,
        flags: [],
      }
    })
  })

const anyPlan = fc
  .record({
    side: fc.constantFrom('LONG' as const, 'SHORT' as const),
    entryKind: fc.constantFrom('MARKET' as const, 'LIMIT' as const),
    risk: fc.integer({ min: 1, max: 8 }),
    reward: fc.integer({ min: 1, max: 5 }),
    moveStopToEntryAfter: fc.constantFrom(null, 1, 2),
    published: fc.integer({ min: 0, max: 20 }),
  })
  .map(({ side, entryKind, risk, reward, moveStopToEntryAfter, published }): SignalPlan => {
    const sign = side === 'LONG' ? 1 : -1
    const target = (step: number) => ({ price: at(100 + sign * reward * step), fraction: decimal('0.3') })
    return {
      ...plan,
      side,
      entryKind,
      stop: at(100 - sign * risk),
      targets: [target(1), target(2), target(3)],
      moveStopToEntryAfter,
      publishedAt: minutes(published),
    }
  })

describe('the candles in doubt', () => {
  it('are all that finer candles can change', () => {
    let changed = 0
    fc.assert(
      fc.property(anyPlan, walk, (signal, fine) => {
        fc.pre(isEvaluable(signal))
        const coarse = aggregateCandles(fine, '15m')
        const options = {
          asOf: minutes(90),
          interval: '15m' as const,
          calendar: 'CONTINUOUS' as const,
          feeRate: decimal('0.0005'),
        }
        const without = evaluateSignal(signal, coarse, options)
        const all = evaluateSignal(signal, coarse, { ...options, finerCandles: fine })
        if (!without.ambiguous) {
          expect(all).toEqual(without)
          return
        }
        const inDoubt = candlesInDoubt(signal, without.fills[0]?.price ?? null, coarse, options.asOf)
        const some = fine.filter((candle) => inDoubt.some(({ openTime }) => isInside(candle, openTime)))
        expect(evaluateSignal(signal, coarse, { ...options, finerCandles: some })).toEqual(all)
        if (all.rNet !== without.rNet) changed++
      }),
      { numRuns: 1000 },
    )
    expect(changed).toBeGreaterThan(0)
  })
})

const isInside = (candle: Candle, openTime: Date) =>
  candle.openTime >= openTime && candle.openTime.getTime() < openTime.getTime() + INTERVALS['15m']

describe('the next instant at which an outcome may change', () => {
  it('is the next open or close', () => {
    expect(nextDue(plan, '1h', minutes(0))).toEqual(minutes(60))
    expect(nextDue(plan, '1h', minutes(59))).toEqual(minutes(60))
    expect(nextDue(plan, '1d', minutes(61))).toEqual(minutes(300))
  })

  it('is the end of a limit entry, of the horizon, or of the wait for what is missing then', () => {
    const limit: SignalPlan = { ...plan, entryKind: 'LIMIT', entryExpiresAt: minutes(30) }
    expect(nextDue(limit, '1h', minutes(0))).toEqual(minutes(30))
    expect(nextDue(limit, '1h', minutes(30))).toEqual(minutes(60))
    const offGrid: SignalPlan = { ...plan, expiresAt: minutes(301) }
    expect(nextDue(offGrid, '1d', minutes(2 * 1440 + 300))).toEqual(minutes(2 * 1440 + 301))
  })

  it('comes before anything that changes it', () => {
    fc.assert(
      fc.property(anyPlan, walk, fc.integer({ min: 20, max: 89 }), (signal, fine, minute) => {
        const coarse = aggregateCandles(fine, '15m')
        const options = { interval: '15m' as const, calendar: 'CONTINUOUS' as const, feeRate: decimal('0') }
        const now = minutes(minute)
        const justBefore = new Date(nextDue(signal, '15m', now).getTime() - 1)
        expect(evaluateSignal(signal, coarse, { ...options, asOf: justBefore })).toEqual(
          evaluateSignal(signal, coarse, { ...options, asOf: now }),
        )
      }),
    )
  })
})

it('says which states are final', () => {
  const states = ['PENDING_ENTRY', 'NOT_TRIGGERED', 'OPEN', 'SETTLED', 'DATA_GAP', 'REVIEW', 'DUPLICATE', 'INVALID'] as const
  expect(states.filter(isFinal)).toEqual(['NOT_TRIGGERED', 'SETTLED', 'DUPLICATE', 'INVALID'])
})
