import { silentLog } from '@planet/runtime/log'
import type { ExecutionResult } from 'graphql'
import { maskResult } from '../masking.ts'
import { stableText } from './world.ts'

/** An answer as a client sees it: the text of its data, and its errors in an order of their own. */
export type Answer = { readonly data: string | undefined; readonly errors: readonly string[] }

/**
 * `data` is compared as text, so the order of keys counts. Errors are compared after masking, by message, path and
 * code, as a set: fetches of one plan run side by side, so their order says nothing, and how many requests a plan makes
 * of one level is the engine's own business, so the same error of the same place counts once.
 */
export function answerOf(result: ExecutionResult): Answer {
  const errors = (result.errors ?? []).flatMap((error) => maskResult({ errors: [error] }, 'request', silentLog).errors ?? [])
  const texts = errors.map(({ message, path, extensions }) =>
    JSON.stringify({ message, path: path ?? null, code: extensions.code }),
  )
  return { data: result.data === undefined ? undefined : JSON.stringify(result.data), errors: [...new Set(texts)].sort() }
}

const hasSameErrors = (one: Answer, other: Answer) =>
  one.errors.length === other.errors.length && one.errors.every((error, i) => error === other.errors[i])

export const isSameAnswer = (one: Answer, other: Answer) => one.data === other.data && hasSameErrors(one, other)

export const isSameButForOrder = (one: Answer, other: Answer) =>
  hasSameErrors(one, other) && (one.data === other.data || stableText(parsed(one)) === stableText(parsed(other)))

const parsed = ({ data }: Answer): unknown => (data === undefined ? 'none' : JSON.parse(data))

export const printAnswer = ({ data, errors }: Answer) =>
  [`data: ${data ?? 'none'}`, ...errors.map((error) => `error: ${error}`)].join('\n')
