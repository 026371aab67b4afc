import { type Code, literal } from '../compiling/code.ts'

/** Names of the functions made so far, by what they pass over. */
export type Passes = Map<string, string>

const EIGHT = 8
const FOUR = 4

/**
 * Adds a function that passes over `text`, which is ASCII, at `i` and tells whether it was there; gives its name. Where the
 * bytes of the reply are at hand in `d`, at the same positions as its characters, eight of them are compared at a time, as
 * the number that they would be.
 */
export function generatePass(code: Code, passes: Passes, text: string): string {
  const key = `text ${text}`
  const known = passes.get(key)
  if (known) return known
  const name = code.name()
  const startsWith = `t.startsWith(${literal(text)}, i)`
  const isThere = text.length < FOUR ? sameCharacters(text) : `(d === null ? ${startsWith} : ${sameBytes(text)})`
  code.add(`function ${name}() { if (!${isThere}) return false; i += ${text.length}; return true }`)
  passes.set(key, name)
  return name
}

const sameCharacters = (text: string) =>
  `(${[...text].map((character, at) => `t.charCodeAt(${indexAt(at)}) === ${character.charCodeAt(0)}`).join(' && ')})`

const indexAt = (at: number) => (at === 0 ? 'i' : `i + ${at}`)

/** The last piece overlaps the one before where the length is no multiple. */
function sameBytes(text: string): string {
  const bytes = new DataView(Uint8Array.from(text, (character) => character.charCodeAt(0)).buffer)
  const width = text.length < EIGHT ? FOUR : EIGHT
  const starts = Array.from({ length: Math.ceil(text.length / width) }, (_, n) => Math.min(n * width, text.length - width))
  const read = width === FOUR ? 'getInt32' : 'getFloat64'
  return starts.map((at) => `d.${read}(${indexAt(at)}, true) === ${bytes[read](at, true)}`).join(' && ')
}
