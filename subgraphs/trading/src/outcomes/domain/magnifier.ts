import { type Candle, candlesBetween, closeTime, INTERVALS, type Interval } from '../../market/domain/candle.ts'

/** The finer candles inside a candle, ascending; empty where there are none without a hole. */
export type Magnifier = (candle: Candle) => readonly Candle[]

/**
 * A magnifier over candles of one or more intervals, each ascending. It answers with the finest interval that covers
 * the candle completely: with one missing, what came first could not be told from them either.
 */
export function createMagnifier(candles: readonly Candle[]): Magnifier {
  const byInterval = Map.groupBy(candles, ({ interval }) => interval)
  const finestFirst = [...byInterval].sort(([a], [b]) => INTERVALS[a] - INTERVALS[b])
  return (candle) => {
    for (const [interval, series] of finestFirst) {
      if (INTERVALS[interval] >= INTERVALS[candle.interval]) return []
      const inside = candlesBetween(series, candle.openTime, closeTime(candle))
      if (inside.length === candlesIn(candle, interval)) return inside
    }
    return []
  }
}

const candlesIn = (candle: Candle, interval: Interval): number => INTERVALS[candle.interval] / INTERVALS[interval]
