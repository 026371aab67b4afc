import { compare, type Decimal, decimal, isPositive, max, min, parseDecimal, sum, ZERO } from '@planet/runtime/decimal'
import { isStorableInstant, parseIsoInstant } from '@planet/runtime/instant'

/** Every interval a candle may have, with its length in milliseconds; all divide the day and start at 00:00 UTC. */
export const INTERVALS = {
  '1m': 60_000,
  '5m': 300_000,
  '15m': 900_000,
  '1h': 3_600_000,
  '4h': 14_400_000,
  '1d': 86_400_000,
} as const

export type Interval = keyof typeof INTERVALS

/**
 * `FIXING`: made from two neighbouring fixings, so high and low are only the larger and smaller of them.
 * `CONFIRMED`: a person has looked at an outlier and found it real; the outlier guard leaves it alone.
 */
export type CandleFlag = 'FIXING' | 'CONFIRMED'

/**
 * Open, high, low and close of the trades of one interval, in quote asset, keyed by open time (UTC). Final only after
 * its close, but its open is known from the open time on. `volume` is in base asset, null where the source has none.
 */
export type Candle = {
  readonly openTime: Date
  readonly interval: Interval
  readonly open: Decimal
  readonly high: Decimal
  readonly low: Decimal
  readonly close: Decimal
  readonly volume: Decimal | null
  readonly flags: readonly CandleFlag[]
}

/** A candle as a source wrote it down: ISO 8601 in UTC and plain decimals; an empty volume is an unknown one. */
export type CandleRow = { readonly [Field in 'openTime' | 'open' | 'high' | 'low' | 'close' | 'volume']: string }

export type CandleFault = { readonly field: keyof CandleRow; readonly message: string }

export type CandleDecision =
  | { readonly kind: 'Accepted'; readonly candle: Candle }
  | { readonly kind: 'Refused'; readonly faults: readonly CandleFault[] }

/** The instant from which the whole candle is known: the open time of the next one. */
export const closeTime = (candle: Candle): Date => new Date(candle.openTime.getTime() + INTERVALS[candle.interval])

/** The first open time of the grid of `interval` that is not before `time`. */
export const firstOpenTime = (time: Date, interval: Interval): Date =>
  new Date(Math.ceil(time.getTime() / INTERVALS[interval]) * INTERVALS[interval])

/** The last close time of the grid of `interval` that is not after `time`. */
export const lastCloseTime = (time: Date, interval: Interval): Date =>
  new Date(Math.floor(time.getTime() / INTERVALS[interval]) * INTERVALS[interval])

/** In quote asset. With quantities of at most 10^9 a notional stays below the 10^20 that can be stored. */
const PRICE_LIMIT = decimal('100000000000')

/** Whether a row is a candle of `interval`; if not, everything that is wrong with it. */
export function decideCandle(row: CandleRow, interval: Interval, flags: readonly CandleFlag[] = []): CandleDecision {
  const faults: CandleFault[] = []
  const refuse = (field: keyof CandleRow, message: string) => {
    faults.push({ field, message })
    return null
  }
  const price = (field: 'open' | 'high' | 'low' | 'close') => {
    const value = parseDecimal(row[field])
    if (!value) return refuse(field, 'Must be a decimal of at most 18 digits after the point.')
    if (!isPositive(value)) return refuse(field, 'Must be above zero.')
    return compare(value, PRICE_LIMIT) < 0 ? value : refuse(field, 'Must be below 100,000,000,000.')
  }

  const openTime = parseUtc(row.openTime) ?? refuse('openTime', 'Must be a UTC time such as 2024-01-31T04:00:00Z.')
  if (openTime && !isStorableInstant(new Date(openTime.getTime() + INTERVALS[interval]))) {
    refuse('openTime', 'Must be of a candle that closes before the year 10000.')
  }
  if (openTime && firstOpenTime(openTime, interval).getTime() !== openTime.getTime()) {
    refuse('openTime', `Must be a multiple of ${interval} from 00:00 UTC.`)
  }
  const [open, high, low, close] = [price('open'), price('high'), price('low'), price('close')]
  if (high && open && compare(high, open) < 0) refuse('high', 'Must not be below the open.')
  if (high && close && compare(high, close) < 0) refuse('high', 'Must not be below the close.')
  if (low && open && compare(low, open) > 0) refuse('low', 'Must not be above the open.')
  if (low && close && compare(low, close) > 0) refuse('low', 'Must not be above the close.')
  if (low && high && compare(low, high) > 0) refuse('low', 'Must not be above the high.')
  const volume = row.volume === '' ? null : parseDecimal(row.volume)
  if (row.volume !== '' && !volume) refuse('volume', 'Must be empty or a decimal of at most 18 digits after the point.')
  if (volume && compare(volume, ZERO) < 0) refuse('volume', 'Must not be below zero.')

  if (faults.length > 0 || !openTime || !open || !high || !low || !close) return { kind: 'Refused', faults }
  return { kind: 'Accepted', candle: { openTime, interval, open, high, low, close, volume, flags } }
}

const UTC = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(:\d{2}(?:\.\d{1,3})?)?(?:Z|\+00:00)?)?$/

/** Null unless `text` is a date, or a date and time in UTC, of the years 100 to 9999. */
function parseUtc(text: string): Date | null {
  const [, day = '', time = '00:00', seconds = ':00'] = UTC.exec(text) ?? []
  return parseIsoInstant(`${day}T${time}${seconds}Z`)
}

/**
 * The candles of `interval` that are completely covered by `fine` ones (one interval, ascending, without repeats); a
 * block with a candle missing is left out, for its extremes would be wrong without showing it.
 */
export function aggregateCandles(fine: readonly Candle[], interval: Interval): Candle[] {
  const blocks = Map.groupBy(fine, (candle) => lastCloseTime(candle.openTime, interval).getTime())
  return [...blocks].flatMap(([openTime, block]) => {
    const [first, last] = [block[0], block.at(-1)]
    if (!first || !last || block.length * INTERVALS[first.interval] !== INTERVALS[interval]) return []
    const volumes = block.flatMap(({ volume }) => volume ?? [])
    return {
      openTime: new Date(openTime),
      interval,
      open: first.open,
      high: block.map(({ high }) => high).reduce(max),
      low: block.map(({ low }) => low).reduce(min),
      close: last.close,
      volume: volumes.length === block.length ? sum(volumes) : null,
      flags: [...new Set(block.flatMap(({ flags }) => flags))],
    }
  })
}

/** The candles (ascending) with an open time in [`from`, `to`). */
export const candlesBetween = (candles: readonly Candle[], from: Date, to: Date): readonly Candle[] =>
  candles.slice(indexOfOpenTime(candles, from), indexOfOpenTime(candles, to))

/** The index of the first candle (ascending) that opens at `time` or after it; the length if there is none. */
export function indexOfOpenTime(candles: readonly Candle[], time: Date): number {
  let [from, to] = [0, candles.length]
  while (from < to) {
    const middle = (from + to) >>> 1
    const candle = candles[middle]
    if (candle && candle.openTime < time) from = middle + 1
    else to = middle
  }
  return from
}
