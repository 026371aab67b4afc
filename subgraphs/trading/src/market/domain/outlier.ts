import { toNumber } from '@planet/runtime/decimal'
import type { Candle } from './candle.ts'

/** Log returns whose spread is the yardstick. */
const WINDOW = 20
/** Candles before one that its verdict depends on: 20 returns and the close before them. */
export const HISTORY = WINDOW + 1
const SIGMAS = 8
/** Share of the move that the next open takes back. */
const REVERSAL = 0.8

export type OutlierGuard = {
  /**
   * How many sigmas the log return of the close of candle `index` is from zero; sigma is the population standard
   * deviation of the 20 log returns before it. Null without 20 earlier returns or when these did not vary at all.
   */
  deviation(index: number): number | null
  /** The close of candle `index` deviates by more than 8 sigmas: whether it is an outlier, the next open will tell. */
  isSuspicious(index: number): boolean
  /** A suspicious close of which the next candle's open took back more than 80 %. False while there is no next candle. */
  isOutlier(index: number): boolean
}

/**
 * Tells bad prints from crashes in `candles` (one interval, ascending). Deviation and reversal are measured against
 * the previous close. A candle that a person has `CONFIRMED` is never suspicious.
 */
export function createOutlierGuard(candles: readonly Candle[]): OutlierGuard {
  const closes = candles.map(({ close }) => toNumber(close))
  const at = (values: readonly number[], index: number) => values[index] ?? Number.NaN
  const returns = closes.map((close, index) => Math.log(close / at(closes, index - 1)))

  const deviation = (index: number) => {
    if (index <= WINDOW) return null
    const sigma = populationDeviation(returns.slice(index - WINDOW, index))
    return sigma > 0 ? at(returns, index) / sigma : null
  }
  const isSuspicious = (index: number) => !candles[index]?.flags.includes('CONFIRMED') && Math.abs(deviation(index) ?? 0) > SIGMAS
  const isOutlier = (index: number) => {
    const next = candles[index + 1]
    if (!next || !isSuspicious(index)) return false
    const moved = at(closes, index) - at(closes, index - 1)
    return (at(closes, index) - toNumber(next.open)) / moved > REVERSAL
  }
  return { deviation, isSuspicious, isOutlier }
}

/** The outliers among `candles` (one interval, ascending). */
export function findOutliers(candles: readonly Candle[]): Candle[] {
  const guard = createOutlierGuard(candles)
  return candles.filter((_, index) => guard.isOutlier(index))
}

function populationDeviation(values: readonly number[]): number {
  const mean = values.reduce((total, value) => total + value, 0) / values.length
  return Math.sqrt(values.reduce((total, value) => total + (value - mean) ** 2, 0) / values.length)
}
