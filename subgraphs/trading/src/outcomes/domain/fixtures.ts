import { decimal } from '@planet/runtime/decimal'
import type { SignalPlan, Target } from '../../copies/domain/signal.ts'
import { type Candle, INTERVALS, type Interval } from '../../market/domain/candle.ts'
import type { EvaluationOptions } from './outcome.ts'

/** Open, high, low, close; null for a candle that is missing. */
export type Prices = readonly [open: number, high: number, low: number, close: number] | null

export const START = new Date('2024-01-01T00:00:00Z')
export const FAR = new Date('2030-01-01T00:00:00Z')

export const afterStart = (hours: number): Date => new Date(START.getTime() + hours * INTERVALS['1h'])

/** Candles one after the other from `from` on. */
export const candlesOf = (prices: readonly Prices[], interval: Interval = '4h', from: Date = START): Candle[] =>
  prices.flatMap((row, index) => {
    if (!row) return []
    const [open, high, low, close] = row.map((price) => decimal(`${price}`))
    if (!open || !high || !low || !close) return []
    const openTime = new Date(from.getTime() + index * INTERVALS[interval])
    return { openTime, interval, open, high, low, close, volume: null, flags: [] }
  })

export const target = (price: number, fraction = 1): Target => ({ price: decimal(`${price}`), fraction: decimal(`${fraction}`) })

const BASE = { publishedAt: START, expiresAt: afterStart(72), entryExpiresAt: null, moveStopToEntryAfter: null }

/** Long at 100 with the stop at 95, at the market, for 72 hours. */
export const longPlan = (change: Partial<SignalPlan> = {}): SignalPlan => ({
  ...BASE,
  side: 'LONG',
  entryKind: 'MARKET',
  entry: decimal('100'),
  stop: decimal('95'),
  targets: [target(110)],
  ...change,
})

/** The mirror: short at 100 with the stop at 105. */
export const shortPlan = (change: Partial<SignalPlan> = {}): SignalPlan =>
  longPlan({ side: 'SHORT', stop: decimal('105'), targets: [target(90)], ...change })

/** Everything is known, 4 h candles without a pause, no costs. */
export const options = (change: Partial<EvaluationOptions> = {}): EvaluationOptions => ({
  asOf: FAR,
  interval: '4h',
  calendar: 'CONTINUOUS',
  feeRate: decimal('0'),
  ...change,
})
