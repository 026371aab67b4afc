import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Candle, Interval } from '../src/market/domain/candle.ts'
import { parseCandleCsv } from '../src/market/import/candle-csv.ts'

const FILES = {
  btc4h: ['coinbase_btc_usd_4h.csv', '4h'],
  eth4h: ['coinbase_eth_usd_4h.csv', '4h'],
  eth1d: ['coinbase_eth_usd_1d.csv', '1d'],
  btc1m: ['coinbase_btc_usd_1m_4days.csv', '1m'],
} as const satisfies Record<string, readonly [string, Interval]>

/** Market data that lies beside the repository and is no part of it. */
const folder = new URL('../../../../shared/data/', import.meta.url)

export const isRealDataAbsent = Object.values(FILES).some(([file]) => !existsSync(new URL(file, folder)))

/** For the titles of tests that are skipped without it. */
export const REASON = isRealDataAbsent ? ' (skipped: no market data beside the repository)' : ''

const read = new Map<string, readonly Candle[]>()

/** Reads a file once. Throws if any row is refused: the files are known to be good. */
export function readRealCandles(name: keyof typeof FILES): readonly Candle[] {
  const known = read.get(name)
  if (known) return known
  const [file, interval] = FILES[name]
  const { candles, faults } = parseCandleCsv(readFileSync(fileURLToPath(new URL(file, folder)), 'utf8'), interval)
  if (faults.length > 0) throw new Error(`${file} has ${faults.length} broken rows, the first on line ${faults[0]?.line}`)
  read.set(name, candles)
  return candles
}
