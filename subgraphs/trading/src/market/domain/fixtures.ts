import { decimal } from '@planet/runtime/decimal'
import { type Candle, INTERVALS, type Interval } from './candle.ts'

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
