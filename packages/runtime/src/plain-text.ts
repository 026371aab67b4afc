import type { InputFault } from './refusals.ts'
import { countCharacters } from './stored-text.ts'

/** Controls, line ends, and what turns the direction of the text around it. */
const NOT_IN_A_LINE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u
/** Controls but for tabs and line ends; embeddings and overrides of direction, which reach beyond what they stand around. */
const NOT_IN_PROSE = /[[\p{Cc}--[\t\n\r]]\u202a-\u202e]/v
/** What shows. Not the letters and symbols that are drawn as nothing: Hangul fillers and the like, blanks, the headless note. */
const VISIBLE = /[[\p{L}\p{N}\p{P}\p{S}]--[\p{Default_Ignorable_Code_Point}\u2800\ufffc\u{13441}\u{13442}\u{1d159}]]/v
const END_OF_ISOLATE = '\u2069'

/** How long a text is, in code points, after it was trimmed. */
export type TextLength = { readonly min: 0 | 1; readonly max: number }

/**
 * The fault of one line of plain text, e.g. a title, which is to be trimmed first; none if it may be stored.
 *
 * One rule holds for all that people write and others read. It is stored as written, normalised by nobody, so it must be
 * sound as it comes:
 * - Something in it shows. Spaces, marks without a base, format characters, fillers, blanks, private and unassigned code
 *   points show nothing; between what shows they may stand, as emoji, Persian and Indic scripts need them.
 * - It has no controls and no half of a surrogate pair; only prose has tabs and line ends.
 * - It leaves the direction of what is read after it alone: no embeddings or overrides, and in prose isolates only if each
 *   is closed in its line. A line, which others put beside other text, has none.
 */
export const findLineFaults = (field: string, text: string, max: number): InputFault[] =>
  findFaults(field, text, { min: 1, max }, { kind: 'one line of plain text', isSound: (line) => !NOT_IN_A_LINE.test(line) })

/**
 * The fault of plain text of any number of lines by the same rule, which is to be trimmed first where `min` is 1; none if
 * it may be stored. With `min` 0 it is empty, or something in it shows.
 */
export const findProseFaults = (field: string, text: string, length: TextLength): InputFault[] =>
  findFaults(field, text, length, {
    kind: 'plain text',
    isSound: (prose) => !NOT_IN_PROSE.test(prose) && everyIsolateIsClosed(prose),
  })

type Form = { readonly kind: string; readonly isSound: (text: string) => boolean }

function findFaults(field: string, text: string, { min, max }: TextLength, { kind, isSound }: Form): InputFault[] {
  const length = countCharacters(text)
  if (length > max || length < min) return [{ field, message: `Must be ${min} to ${max} characters long.` }]
  if (!isSound(text) || !text.isWellFormed())
    return [{ field, message: `Must be ${kind}, without control characters and without changing the direction of other text.` }]
  if (text !== '' && !VISIBLE.test(text)) return [{ field, message: 'Must have something to read.' }]
  return []
}

/** Whether what is set apart in its direction ends before its line does, and nothing else is ended. */
function everyIsolateIsClosed(text: string): boolean {
  let depth = 0
  for (const [char] of text.matchAll(/[\u2066-\u2069\n\r\u2029]/g)) {
    if (char === END_OF_ISOLATE) depth--
    else if (char >= '\u2066') depth++
    else if (depth > 0) return false
    if (depth < 0) return false
  }
  return depth === 0
}
