import { decimal } from '@planet/runtime/decimal'
import type { SignalPlan, Target } from '../../copies/domain/signal.ts'
import { afterStart, FAR, START } from '../../market/domain/fixtures.ts'
import type { EvaluationOptions } from './outcome.ts'

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
