import { STEPS_PER_PIECE, type Work } from './slices.ts'

/** Values that are written in one go. */
const VALUES_PER_PIECE = 500
const CHARACTERS_PER_VALUE = 64

/**
 * JSON of `value`, which came from JSON or could have, as JSON.stringify writes it, in pieces that follow one another. Yields
 * the characters of each piece, where it may be interrupted.
 */
export function* jsonTexts(value: unknown): Generator<number, string[]> {
  const texts: string[] = []
  let out = ''
  function* write(inner: unknown): Generator<number, void> {
    if (!isLarge(inner)) {
      out += JSON.stringify(inner) ?? 'null'
      return
    }
    const isList = Array.isArray(inner)
    let separator = isList ? '[' : '{'
    for (const [name, each] of Object.entries(inner)) {
      if (each === undefined && !isList) continue
      out += isList ? separator : `${separator}${JSON.stringify(name)}:`
      separator = ','
      yield* write(each)
      if (out.length < PIECE_LENGTH) continue
      texts.push(out)
      const { length } = out
      out = ''
      yield length
    }
    out += separator === ',' ? '' : separator
    out += isList ? ']' : '}'
  }
  yield* write(value)
  texts.push(out)
  return texts
}

/** As `jsonTexts`; yields only where `work` is due. `onPiece` gets the characters of each piece, and may throw. */
export function* jsonInSlices(value: unknown, work: Work, onPiece: (characters: number) => void): Generator<undefined, string[]> {
  const pieces = jsonTexts(value)
  for (;;) {
    const { value: piece, done } = pieces.next()
    if (done) return piece
    onPiece(piece)
    if (work.isDue(STEPS_PER_PIECE)) yield
  }
}

const PIECE_LENGTH = 32 * 1024

/** Whether it is a list or an object that holds more than is written in one go. */
const isLarge = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && left(value, VALUES_PER_PIECE) < 0

/** What is left of so many values after those in `value`; below 0 if they are too many. */
function left(value: unknown, most: number): number {
  if (typeof value === 'string') return most - 1 - Math.floor(value.length / CHARACTERS_PER_VALUE)
  if (typeof value !== 'object' || value === null) return most - 1
  // It knows better how it is written.
  if ('toJSON' in value) return most - 1
  let rest = most - 1
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length && rest >= 0; index++) rest = left(value[index], rest)
    return rest
  }
  // JSON has no inherited properties.
  for (const name in value) {
    if (rest < 0) break
    rest = left((value as Readonly<Record<string, unknown>>)[name], rest)
  }
  return rest
}
