import type { InputFault } from '@planet/runtime/refusals'

/** Controls, line ends, and what turns the direction of the text around it. */
const REFUSED = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u
/** What shows. Spaces and marks alone, as U+200B, are a line that nobody can read. */
const VISIBLE = /[\p{L}\p{N}\p{P}\p{S}]/u

/** Every fault of one line of plain text, which is to be trimmed first; empty if it may be stored. Characters are code points. */
export function findTextFaults(field: string, text: string, maxLength: number): InputFault[] {
  const length = [...text].length
  if (length < 1 || length > maxLength) return [{ field, message: `Must be 1 to ${maxLength} characters long.` }]
  if (REFUSED.test(text) || !text.isWellFormed()) {
    return [{ field, message: 'Must be one line of plain text, without control characters.' }]
  }
  if (!VISIBLE.test(text)) return [{ field, message: 'Must have something to read.' }]
  return []
}
