/**
 * A place in the stream of a LOG where there is no event: whatever matters up to here has been given. A stream begins with
 * one, so that whoever loses it before its first event knows where to go on, and gives one now and then while nothing
 * happens, so that such a place does not expire.
 */
export class LogMark {
  readonly isMark = true
  readonly cursor: string

  constructor(cursor: string) {
    this.cursor = cursor
  }
}

/** A mark among the results of a subscription, in which there is neither data nor an error: no client ever sees it. */
export const resultOfMark = ({ cursor }: LogMark) => ({ extensions: { cursor } })

/** The cursor of a result that is a mark; null for one that is an event or an end. */
export function markOf(result: { data?: unknown; errors?: unknown; extensions?: unknown }): string | null {
  const { data, errors, extensions } = result
  if (data !== undefined || errors !== undefined || typeof extensions !== 'object' || extensions === null) return null
  return 'cursor' in extensions && typeof extensions.cursor === 'string' ? extensions.cursor : null
}
