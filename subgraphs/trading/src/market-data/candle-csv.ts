import { parse } from 'csv-parse/sync'
import { type Candle, type CandleFlag, decideCandle, type Interval } from '../domain/candle.ts'

const COLUMNS = ['open_time', 'open', 'high', 'low', 'close', 'volume'] as const

/** Lines count from 1, the header being the first. */
export type CsvFault = { readonly line: number; readonly message: string }

/** `candles` ascending by open time, without repeats; a fault for every row that is not among them. */
export type CandleCsv = { readonly candles: readonly Candle[]; readonly faults: readonly CsvFault[] }

/**
 * Reads the columns open_time (UTC), open, high, low, close and volume (may be empty) in any order, others ignored. A
 * broken row is refused with its line number and the rest of the file is untouched; a repeated open time is refused
 * after its first row. Without a complete header there are no candles and one fault on line 1.
 */
export function parseCandleCsv(text: string, interval: Interval, flags: readonly CandleFlag[] = []): CandleCsv {
  const [header, ...rows] = parseRows(text)
  const missing = COLUMNS.filter((column) => !header?.cells.includes(column))
  if (!header || missing.length > 0) {
    return { candles: [], faults: [{ line: 1, message: `The header lacks ${missing.join(', ')}.` }] }
  }

  const byOpenTime = new Map<number, { candle: Candle; line: number }>()
  const faults: CsvFault[] = []
  for (const { cells, line } of rows) {
    if (cells.length !== header.cells.length) {
      faults.push({ line, message: `Has ${cells.length} columns, the header has ${header.cells.length}.` })
      continue
    }
    const cell = (column: (typeof COLUMNS)[number]) => cells[header.cells.indexOf(column)] ?? ''
    const [openTime, open, high, low] = [cell('open_time'), cell('open'), cell('high'), cell('low')]
    const decision = decideCandle({ openTime, open, high, low, close: cell('close'), volume: cell('volume') }, interval, flags)
    if (decision.kind === 'Refused') {
      const reasons = decision.faults.map(({ field, message }) => `${field === 'openTime' ? 'open_time' : field}: ${message}`)
      faults.push({ line, message: reasons.join(' ') })
      continue
    }
    const key = decision.candle.openTime.getTime()
    const earlier = byOpenTime.get(key)
    if (earlier) faults.push({ line, message: `open_time: Repeats that of line ${earlier.line}.` })
    else byOpenTime.set(key, { candle: decision.candle, line })
  }
  const candles = [...byOpenTime.values()].map(({ candle }) => candle)
  return { candles: candles.sort((a, b) => a.openTime.getTime() - b.openTime.getTime()), faults }
}

type Row = { readonly line: number; readonly cells: readonly string[] }

/**
 * Quotes mean nothing to the parser, so that one left open cannot swallow the rows after it: no value of a candle holds
 * a comma or a line break. A pair around a value is taken off.
 */
function parseRows(text: string): Row[] {
  const rows: Row[] = []
  parse(text, {
    bom: true,
    quote: false,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
    on_record: (record, { lines }) => {
      rows.push({ line: lines, cells: record.map((cell) => cell.replace(/^"(.*)"$/, '$1')) })
      return null
    },
  })
  return rows
}
