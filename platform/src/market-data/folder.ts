import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { readTextFile } from '@planet/trading/market/import/text-file'
import { openSeries, type Series } from './series.ts'

const NAME = /^([a-z0-9]+)_([a-z0-9]+)_([a-z0-9]+)_(1m|5m|15m|1h|4h|1d)(?:_[a-z0-9_]+)?\.csv$/i

/**
 * The series in a folder: files named `<venue>_<base>_<quote>_<interval>[_anything].csv`, e.g. `coinbase_btc_usd_4h.csv`,
 * taken as markets that trade around the clock. Throws if there is none, and where `planet import candles` refuses a row, in
 * the same words.
 */
export function readFolderSeries(folder: string): Series[] {
  const series = readdirSync(folder)
    .sort()
    .flatMap((file): Series[] => {
      const match = NAME.exec(file)
      if (!match) return []
      const [, venue = '', base = '', quote = '', interval = ''] = match
      const path = join(folder, file)
      return [
        openSeries({
          symbol: `${base}-${quote}`.toUpperCase(),
          venue: venue.toUpperCase(),
          assetClass: 'CRYPTO',
          tradingCalendar: 'CONTINUOUS',
          // The pattern admits nothing else.
          interval: interval.toLowerCase() as Series['interval'],
          flags: [],
          name: path,
          csv: readTextFile(path),
        }),
      ]
    })
  if (series.length === 0) {
    throw new Error(
      `PLANET_MARKET_DATA: no file in ${folder} is named like venue_base_quote_interval.csv, e.g. coinbase_btc_usd_4h.csv.`,
    )
  }
  return series
}
