import type { Decimal } from '@planet/runtime/decimal'
import type { SignalPlan } from '../../copies/domain/signal.ts'
import { type Candle, closeTime, firstOpenTime, type Interval } from '../../market/domain/candle.ts'
import { GRACE_MS } from '../../market/domain/candle-gap.ts'
import type { SignalState } from './outcome.ts'
import { better } from './plan.ts'

const FINAL: ReadonlySet<SignalState> = new Set(['NOT_TRIGGERED', 'SETTLED', 'DUPLICATE', 'INVALID'])

/** A final outcome never changes for one version of the rules. */
export const isFinal = (state: SignalState): boolean => FINAL.has(state)

/**
 * The next instant after `now` at which an outcome on candles of `interval` may change, unless candles are imported: a
 * candle opens or closes, a limit entry or the horizon ends, or what was missing then is given up.
 */
export function nextDue(plan: SignalPlan, interval: Interval, now: Date): Date {
  const boundary = firstOpenTime(new Date(now.getTime() + 1), interval)
  const ends = [plan.expiresAt, plan.entryExpiresAt ?? plan.expiresAt]
  const dues = ends.flatMap((end) => [end, new Date(end.getTime() + GRACE_MS)])
  return dues.filter((due) => due > now).reduce((first, due) => (due < first ? due : first), boundary)
}

/**
 * The candles among which are all that leave the order of events in doubt: only inside these can finer candles change
 * the outcome. Doubt needs two of the plan's prices inside one candle. `entryPrice` is that of the fill, null before it:
 * the stop may move there, and no target pays less.
 */
export function candlesInDoubt(plan: SignalPlan, entryPrice: Decimal | null, candles: readonly Candle[], now: Date): Candle[] {
  const fixed = [plan.stop, plan.entry, entryPrice ?? plan.entry].map(({ units }) => units)
  const targets = plan.targets.map(({ price }) => better(plan.side, price, entryPrice ?? price).units)
  const levels = [...new Set(fixed), ...targets]
  const countInside = ({ low, high }: Candle) => levels.filter((units) => low.units <= units && units <= high.units).length
  return candles.filter((candle) => candle.openTime >= plan.publishedAt && closeTime(candle) <= now && countInside(candle) > 1)
}
