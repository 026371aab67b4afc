import { type Code, checkedName, literal } from '../compiling/code.ts'
import type { LeafKind } from '../compiling/response-tree.ts'
import { keyText, type Shape } from '../compiling/verbatim.ts'
import { generatePass, type Passes } from './reply-texts.ts'

/**
 * Functions that pass over a value of the text `t` at `i` and tell whether it goes into an answer as it is written: of the
 * type that the API gives it, and a number in the form in which JSON.stringify writes it. They may stop anywhere if not.
 * Of a template, they leave the text since `begun`, which counts from the reply's beginning, and the object in `items`,
 * before each hole and in it.
 */
export const SKIPS = `function skipNull() { if (t.charCodeAt(i) !== 110 || !t.startsWith('null', i)) return false; i += 4; return true }
function skipString() {
  if (t.charCodeAt(i) !== 34) return false
  const e = t.indexOf('"', i + 1)
  if (e === -1) return false
  i = e + 1
  return true
}
function skipBoolean() { return has('true') || has('false') }
function skipDigits() { let c = t.charCodeAt(i); while (c >= 48 && c <= 57) c = t.charCodeAt(++i); return c }
function skipInt() {
  if (t.charCodeAt(i) === 45 && t.charCodeAt(i + 1) !== 48) i++
  const from = i, isZero = t.charCodeAt(i) === 48, c = skipDigits(), digits = i - from
  return (c === 44 || c === 125 || c === 93) && digits > 0 && digits < 10 && (!isZero || digits === 1)
}
function skipFloat() {
  if (t.charCodeAt(i) === 45) i++
  const from = i, isZero = t.charCodeAt(i) === 48, c = skipDigits(), whole = i - from
  if (whole === 0 || whole > 15 || (isZero && whole > 1)) return false
  if (c !== 46) return (c === 44 || c === 125 || c === 93) && !(isZero && t.charCodeAt(from - 1) === 45)
  const point = i++
  const end = skipDigits(), parts = i - point - 1
  return (end === 44 || end === 125 || end === 93) && parts > 0 && t.charCodeAt(i - 1) !== 48 && whole + parts <= 15 && (!isZero || parts <= 6)
}
function skipList(item) {
  if (t.charCodeAt(i) !== 91) return false
  i++
  if (t.charCodeAt(i) === 93) { i++; return true }
  for (;;) {
    if (!item()) return false
    const c = t.charCodeAt(i++)
    if (c === 93) return true
    if (c !== 44) return false
    if (i > edge) turn(base + i)
  }
}
function fill(object) {
  if (t.charCodeAt(i) !== 123) return false
  items[top++] = cut(begun)
  const v = object()
  items[top++] = v
  begun = base + i
  return true
}`

const OF_LEAVES: Readonly<Record<LeafKind, string>> = {
  String: 'skipString',
  ID: 'skipString',
  Int: 'skipInt',
  Float: 'skipFloat',
  Boolean: 'skipBoolean',
  // Others are passed through as they are parsed, which a number or an object may change.
  custom: 'skipString',
}

/** What functions that pass over values are made with. */
export type Skipping = {
  readonly code: Code
  readonly passes: Passes
  /** The function that reads the object in a hole. */
  readonly reader: string | null
}

/** Adds a function that passes over a value of `shape`, and gives its name. Stands on SKIPS. */
export function generateSkip(skipping: Skipping, shape: Shape): string {
  const { code, passes, reader } = skipping
  const key = `${reader} ${JSON.stringify(shape)}`
  const known = passes.get(key)
  if (known) return known
  const body = bodyOf(skipping, shape)
  const name = code.name()
  code.add(`function ${name}() { return ${shape.isRequired ? body : `skipNull() || ${body}`} }`)
  passes.set(key, name)
  return name
}

function bodyOf(skipping: Skipping, shape: Shape): string {
  switch (shape.kind) {
    case 'leaf':
      return `${OF_LEAVES[shape.leaf]}()`
    case 'enum':
      return `(${shape.values.map((value) => `has(${literal(`"${checkedName(value)}"`)})`).join(' || ')})`
    case 'list':
      return `skipList(${generateSkip(skipping, shape.of)})`
    case 'object': {
      const pass = (text: string) => `${generatePass(skipping.code, skipping.passes, text)}()`
      const fields = shape.members.map(
        ({ name, shape: of }, i) => `${pass(keyText(i === 0 ? '{' : ',', name))} && ${generateSkip(skipping, of)}()`,
      )
      return `(${[...fields, pass('}')].join(' && ')})`
    }
    case 'hole':
      return `fill(${skipping.reader})`
    default:
      shape satisfies never
      throw new Error('unreachable')
  }
}
