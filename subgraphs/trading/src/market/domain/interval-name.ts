import type { Interval } from './candle.ts'

const NAMES = {
  '1m': 'MINUTE_1',
  '5m': 'MINUTE_5',
  '15m': 'MINUTE_15',
  '1h': 'HOUR_1',
  '4h': 'HOUR_4',
  '1d': 'DAY_1',
} as const satisfies Record<Interval, string>

type IntervalName = (typeof NAMES)[Interval]

const INTERVALS: Record<IntervalName, Interval> = {
  MINUTE_1: '1m',
  MINUTE_5: '5m',
  MINUTE_15: '15m',
  HOUR_1: '1h',
  HOUR_4: '4h',
  DAY_1: '1d',
}

/** The word of the API for an interval. */
export const intervalName = (interval: Interval): IntervalName => NAMES[interval]

/** The interval that a word of the API means. */
export const intervalOf = (name: IntervalName): Interval => INTERVALS[name]
