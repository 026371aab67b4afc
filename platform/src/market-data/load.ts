import type { Database } from '@planet/runtime/database'
import { decimal } from '@planet/runtime/decimal'
import { importCandles } from '@planet/trading/market-data/import-candles'
import { listInstrument } from '@planet/trading/market-data/list-instrument'
import type { Series } from './series.ts'

const INTERVALS = ['1d', '4h', '1h', '15m', '5m', '1m'] as const
const FEE_BPS = decimal('5')

/**
 * Lists what the series are of and imports their candles, the coarsest interval of an instrument first: signals are
 * judged on it, finer ones resolve what lies inside one candle. Throws if a row is no candle. `database` must have
 * the role `planet_trading`.
 */
export async function loadSeries({ db }: Database, series: readonly Series[], now: Date): Promise<void> {
  const coarsestFirst = [...series].sort((a, b) => INTERVALS.indexOf(a.interval) - INTERVALS.indexOf(b.interval))
  for (const { symbol, venue, assetClass, tradingCalendar, interval, flags, csv } of coarsestFirst) {
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
    const { faults } = await importCandles(db, { instrumentId: instrument.id, interval, flags, csvText: csv })
    const [fault] = faults
    if (fault)
      throw new Error(`${symbol} ${interval}, line ${fault.line}: ${fault.message} (${faults.length} broken rows in all)`)
  }
}

/** The first and last day on which every instrument of the series has candles. */
export function commonDays(series: readonly Series[]): { readonly first: Date; readonly last: Date } {
  const spans = Map.groupBy(series, ({ symbol, venue }) => `${symbol} ${venue}`)
  const days = [...spans.values()].map((ofInstrument) => {
    const lines = ofInstrument.flatMap(({ csv }) => {
      const rows = csv.trim().split('\n')
      return [rows[1] ?? '', rows.at(-1) ?? '']
    })
    return lines.map((line) => line.slice(0, 10)).sort()
  })
  const first = days
    .map((each) => each[0] ?? '')
    .sort()
    .at(-1)
  const last = days.map((each) => each.at(-1) ?? '').sort()[0]
  if (!first || !last || first >= last) throw new Error('the market data have no day in common')
  return { first: new Date(`${first}T00:00:00Z`), last: new Date(`${last}T00:00:00Z`) }
}
