import type { Database } from '@planet/runtime/database'
import { decimal } from '@planet/runtime/decimal'
import { importCandles } from '@planet/trading/import-candles'
import { listInstrument } from '@planet/trading/market/list-instrument'
import { complain, type Series } from './series.ts'

const INTERVALS = ['1d', '4h', '1h', '15m', '5m', '1m'] as const
const FEE_BPS = decimal('5')
const DAY_MS = 86_400_000

/**
 * Lists what the series are of and imports their candles, the coarsest interval of an instrument first: signals are
 * judged on it, finer ones resolve what lies inside one candle. Throws if a row is no candle. `database` must have
 * the role `planet_trading`.
 */
export async function loadSeries({ db }: Database, series: readonly Series[], now: Date): Promise<void> {
  const coarsestFirst = [...series].sort((a, b) => INTERVALS.indexOf(a.interval) - INTERVALS.indexOf(b.interval))
  for (const { symbol, venue, assetClass, tradingCalendar, interval, flags, name, csv } of coarsestFirst) {
    const [baseAsset = '', quoteAsset = ''] = symbol.split('-')
    const listing = {
      symbol,
      venue,
      assetClass,
      tradingCalendar,
      baseAsset,
      quoteAsset,
      tickSize: decimal('0.01'),
      lotSize: decimal('0.0001'),
      feeBps: FEE_BPS,
    }
    const instrument = await listInstrument(db, listing, now)
    const { faults } = await importCandles(db, { instrumentId: instrument.id, interval, flags, csvText: csv }, now)
    if (faults.length > 0) throw new Error(complain(name, faults, faults.length))
  }
}

/** The first and last day on which every instrument of the series has candles. Throws if they are not two. */
export function commonDays(series: readonly Series[]): { readonly first: Date; readonly last: Date } {
  const spans = [...Map.groupBy(series, ({ symbol, venue }) => `${symbol} at ${venue}`)].map(([instrument, ofInstrument]) => ({
    instrument,
    first: startOfDay(Math.min(...ofInstrument.map(({ first }) => first.getTime()))),
    last: startOfDay(Math.max(...ofInstrument.map(({ last }) => last.getTime()))),
  }))
  const first = Math.max(...spans.map((span) => span.first))
  const last = Math.min(...spans.map((span) => span.last))
  if (first >= last) {
    const told = spans.map((span) => `${span.instrument}: ${nameOf(span.first)} to ${nameOf(span.last)}`)
    throw new Error(`The market data have not two days in common:\n${told.join('\n')}`)
  }
  return { first: new Date(first), last: new Date(last) }
}

const startOfDay = (ms: number) => Math.floor(ms / DAY_MS) * DAY_MS
const nameOf = (ms: number) => new Date(ms).toISOString().slice(0, 10)
