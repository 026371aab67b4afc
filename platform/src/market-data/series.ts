import { type CsvFault, isFault, readCandleCsv } from '@planet/trading/market/import/candle-csv'

/** Candles of one instrument from one source. */
export type Series = {
  readonly symbol: string
  readonly venue: string
  readonly assetClass: 'CRYPTO' | 'EQUITY'
  readonly tradingCalendar: 'CONTINUOUS' | 'SESSIONS'
  readonly interval: '1m' | '5m' | '15m' | '1h' | '4h' | '1d'
  readonly flags: readonly 'FIXING'[]
  /** What the source is called in complaints. */
  readonly name: string
  /** CSV with the columns `open_time,open,high,low,close,volume`, in pieces; read from the start each time. */
  readonly csv: Iterable<string>
  /** Open times of the first and the last candle. */
  readonly first: Date
  readonly last: Date
}

export const CSV_HEADER = 'open_time,open,high,low,close,volume'

/** Faults that a complaint tells; the others it counts. */
const TOLD_FAULTS = 10

/** Reads a series through once. Throws, with the line of each, if there are rows that are no candles. */
export function openSeries(source: Omit<Series, 'first' | 'last'>): Series {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  const faults: CsvFault[] = []
  let faultCount = 0
  for (const read of readCandleCsv(source.csv, source.interval)) {
    if (isFault(read)) {
      if (faultCount++ < TOLD_FAULTS) faults.push(read)
    } else {
      first = Math.min(first, read.openTime.getTime())
      last = Math.max(last, read.openTime.getTime())
    }
  }
  if (faultCount > 0) throw new Error(complain(source.name, faults, faultCount))
  return { ...source, first: new Date(first), last: new Date(last) }
}

/** One line for each fault, as `planet import candles` tells it. */
export function complain(name: string, faults: readonly CsvFault[], faultCount: number): string {
  const told = faults.slice(0, TOLD_FAULTS).map(({ line, message }) => `${name}:${line}: ${message}`)
  return [...told, ...(faultCount > told.length ? [`${name}: ${faultCount - told.length} more rows are refused.`] : [])].join(
    '\n',
  )
}
