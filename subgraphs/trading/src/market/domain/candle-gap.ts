import { type Candle, closeTime, INTERVALS } from './candle.ts'

/**
 * When an instrument trades. `CONTINUOUS`: always, so an open time without a candle is a gap. `SESSIONS`: at the hours
 * and on the days of an exchange; absence says nothing, for nobody here knows the holidays.
 */
export type Calendar = 'CONTINUOUS' | 'SESSIONS'

/** How long a missing candle, or the open after a suspicious one, is waited for. */
export const GRACE_MS = 48 * 3_600_000

/** `count` candles are missing, the first of them with open time `from`, the last one closing at `to`. */
export type Gap = { readonly from: Date; readonly to: Date; readonly count: number }

/** The gaps between the first and the last of `candles` (one interval, ascending). Always none for `SESSIONS`. */
export function findGaps(candles: readonly Candle[], calendar: Calendar): Gap[] {
  if (calendar === 'SESSIONS') return []
  return candles.flatMap((candle, index) => {
    const previous = candles[index - 1]
    if (!previous) return []
    const from = closeTime(previous)
    const count = (candle.openTime.getTime() - from.getTime()) / INTERVALS[candle.interval]
    return count > 0 ? { from, to: candle.openTime, count } : []
  })
}
