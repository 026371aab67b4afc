import type { InputFault } from './refusals.ts'

/** Controls, line ends, and what turns the direction of the text around it. */
const NOT_IN_A_LINE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u
/** Controls but for tabs and line ends; U+0000 no text column takes. */
const NOT_IN_PROSE = /[^\P{Cc}\t\n\r]/u
/** What shows. Spaces and marks alone, as U+200B, are a text that nobody can read. */
const VISIBLE = /[\p{L}\p{N}\p{P}\p{S}]/u

/** How long a text is, in code points, after it was trimmed. */
export type TextLength = { readonly min: 0 | 1; readonly max: number }

/** The fault of one line of plain text, e.g. a title, which is to be trimmed first; none if it may be stored. */
export const findLineFaults = (field: string, text: string, max: number): InputFault[] =>
  findFaults(field, text, { min: 1, max }, NOT_IN_A_LINE, 'one line of plain text')

/** The fault of plain text of any number of lines, which is to be trimmed first; none if it may be stored. */
export const findProseFaults = (field: string, text: string, length: TextLength): InputFault[] =>
  findFaults(field, text, length, NOT_IN_PROSE, 'plain text')

function findFaults(field: string, text: string, { min, max }: TextLength, refused: RegExp, kind: string): InputFault[] {
  const length = [...text].length
  if (length > max || length < min) return [{ field, message: `Must be ${min} to ${max} characters long.` }]
  if (refused.test(text) || !text.isWellFormed()) return [{ field, message: `Must be ${kind}, without control characters.` }]
  if (min > 0 && !VISIBLE.test(text)) return [{ field, message: 'Must have something to read.' }]
  return []
}
