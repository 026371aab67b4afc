import { type Candle, type CandleFlag, decideCandle, INTERVALS, type Interval } from '../domain/candle.ts'
import { readCsv } from './csv.ts'

const COLUMNS = ['open_time', 'open', 'high', 'low', 'close', 'volume'] as const
type Column = (typeof COLUMNS)[number]

/** Lines count from 1, the header being the first unless blank ones stand before it. */
export type CsvFault = { readonly line: number; readonly message: string }

/** `candles` ascending by open time, without repeats; a fault for every row that is not among them. */
export type CandleCsv = { readonly candles: readonly Candle[]; readonly faults: readonly CsvFault[] }

/**
 * Reads CSV that comes in pieces of any size, row by row: the candle of each, or its fault with its line. The columns
 * open_time (UTC), open, high, low, close and volume (may be empty) stand in any order and letter case, others are
 * ignored. A repeated open time is refused after its first row. Without a complete header, or without a row, there are no
 * candles and one fault.
 */
export function* readCandleCsv(
  pieces: Iterable<string>,
  interval: Interval,
  flags: readonly CandleFlag[] = [],
): Generator<Candle | CsvFault> {
  const rows = readCsv(pieces)
  const header = rows.next()
  if (header.done) return yield { line: 1, message: 'Is empty.' }
  const names = header.value.cells.map((cell) => cell.toLowerCase())
  const message = findHeaderFault(names)
  if (message) return yield { line: header.value.line, message }

  const firstLineOf = createFirstLines(interval)
  let isEmpty = true
  for (const { line, cells } of rows) {
    isEmpty = false
    if (cells.length !== names.length) {
      yield { line, message: `Has ${cells.length} columns, the header has ${names.length}.` }
      continue
    }
    const cell = (column: Column) => cells[names.indexOf(column)] ?? ''
    const [openTime, open, high, low] = [cell('open_time'), cell('open'), cell('high'), cell('low')]
    const decision = decideCandle({ openTime, open, high, low, close: cell('close'), volume: cell('volume') }, interval, flags)
    if (decision.kind === 'Refused') {
      const reasons = decision.faults.map(({ field, message }) => `${field === 'openTime' ? 'open_time' : field}: ${message}`)
      yield { line, message: reasons.join(' ') }
      continue
    }
    const firstLine = firstLineOf(decision.candle.openTime, line)
    yield firstLine === line ? decision.candle : { line, message: `open_time: Repeats that of line ${firstLine}.` }
  }
  if (isEmpty) yield { line: header.value.line, message: 'Has no row below the header.' }
}

export const isFault = (read: Candle | CsvFault): read is CsvFault => 'message' in read

/** All that `readCandleCsv` finds in a text that is small enough to be held. */
export function parseCandleCsv(text: string, interval: Interval, flags: readonly CandleFlag[] = []): CandleCsv {
  const found = [...readCandleCsv([text], interval, flags)]
  const candles = found.filter((read): read is Candle => !isFault(read))
  return { candles: candles.sort((a, b) => a.openTime.getTime() - b.openTime.getTime()), faults: found.filter(isFault) }
}

function findHeaderFault(names: readonly string[]): string | null {
  const missing = COLUMNS.filter((column) => !names.includes(column))
  if (missing.length > 0) return `The header lacks ${missing.join(', ')}.`
  const repeated = COLUMNS.filter((column) => names.indexOf(column) !== names.lastIndexOf(column))
  return repeated.length > 0 ? `The header has ${repeated.join(', ')} more than once.` : null
}

/** Candles whose lines are kept together: a million of them in a row cost some megabytes, a map of them a hundred. */
const BLOCK = 64

/** Gives the line that had an open time first, after that of `line`. */
function createFirstLines(interval: Interval): (openTime: Date, line: number) => number {
  const blocks = new Map<number, Uint32Array>()
  return (openTime, line) => {
    const place = openTime.getTime() / INTERVALS[interval]
    const number = Math.floor(place / BLOCK)
    const block = blocks.get(number) ?? new Uint32Array(BLOCK)
    blocks.set(number, block)
    return (block[place - number * BLOCK] ||= line)
  }
}
