/** `line` counts from 1 and is where the row begins; `cells` are trimmed. */
export type CsvRow = { readonly line: number; readonly cells: readonly string[] }

/** Lines that one row may go over. */
const MAX_LINES = 50
/** Characters of a line that are kept; no row of ours comes near. */
const MAX_LINE = 1_000_000

/**
 * The rows of a CSV text (RFC 4180, comma) that comes in pieces of any size, blank ones left out, whatever ends its lines.
 * Holds a row at a time.
 *
 * A cell in quotes may have commas, quotes and line ends. A quote that was left open costs its own row and no other: the
 * cell goes on over a line end only if that gives a row as wide as the first one; else the quotes of the line are letters.
 */
export function* readCsv(pieces: Iterable<string>): Generator<CsvRow> {
  const lines = linesOf(pieces)
  /** Lines that were read to see whether a cell goes on in them. */
  const ahead: string[] = []
  const hasAhead = (count: number): boolean => {
    if (ahead.length < count) {
      const next = lines.next()
      if (!next.done) ahead.push(next.value)
    }
    return ahead.length >= count
  }

  let width: number | null = null
  for (let line = 1; hasAhead(1); ) {
    let text = ahead[0] ?? ''
    let count = 1
    let cells = splitCells(text)
    while (cells === 'open' && count < MAX_LINES && hasAhead(count + 1)) {
      text += `\n${ahead[count] ?? ''}`
      count++
      cells = splitCells(text)
    }
    if (typeof cells === 'string' || (count > 1 && width !== null && cells.length !== width)) {
      count = 1
      cells = (ahead[0] ?? '').split(',')
    }
    ahead.splice(0, count)
    const trimmed = cells.map((cell) => cell.trim())
    if (trimmed.some((cell) => cell !== '')) {
      width ??= trimmed.length
      yield { line, cells: trimmed }
    }
    line += count
  }
}

function* linesOf(pieces: Iterable<string>): Generator<string> {
  let isFirst = true
  let begun = ''
  // A CR at the end of a piece may be half of a line end.
  let held = ''
  for (const piece of pieces) {
    const text: string = isFirst ? piece.replace(/^\uFEFF/, '') : held + piece
    held = text.endsWith('\r') ? '\r' : ''
    isFirst &&= text === ''
    const lines = text.slice(0, text.length - held.length).split(/\r\n|\n|\r/)
    const last = lines.pop() ?? ''
    for (const line of lines) {
      yield begun + line
      begun = ''
    }
    if (begun.length < MAX_LINE) begun += last
  }
  yield begun
}

const BARE_CELL = /([^,]*)(,|$)/y
const QUOTED_CELL = /\s*"([^"]*(?:""[^"]*)*)("?)/y
const END_OF_CELL = /\s*(,|$)/y

/** The cells of a row; `open` if a quote is open at its end, `broken` if something follows a closed one. */
function splitCells(text: string): readonly string[] | 'open' | 'broken' {
  if (!text.includes('"')) return text.split(',')
  const cells: string[] = []
  for (let at = 0; ; ) {
    QUOTED_CELL.lastIndex = at
    const quoted = QUOTED_CELL.exec(text)
    if (quoted && quoted[2] === '') return 'open'
    const rest = quoted ? END_OF_CELL : BARE_CELL
    rest.lastIndex = quoted ? QUOTED_CELL.lastIndex : at
    const end = rest.exec(text)
    if (!end) return 'broken'
    cells.push(quoted ? (quoted[1] ?? '').replaceAll('""', '"') : (end[1] ?? ''))
    if (end.at(-1) === '') return cells
    at = rest.lastIndex
  }
}
