import { silentLog } from '@planet/runtime/log'
import type { ExecutionResult } from 'graphql'
import { maskResult } from '../../src/masking.ts'
import { stableText } from './world.ts'

/** An answer as a client sees it: the text of its data, and its errors in an order of their own. */
export type Answer = { readonly data: string | undefined; readonly errors: readonly string[] }

/**
 * `data` is compared as text, so the order of keys counts. Errors are compared after masking, by message, path and code,
 * in any order: fetches of one plan run side by side.
 */
export function answerOf(result: ExecutionResult): Answer {
  const errors = (result.errors ?? []).flatMap((error) => maskResult({ errors: [error] }, 'request', silentLog).errors ?? [])
  const texts = errors.map(({ message, path, extensions }) =>
    JSON.stringify({ message, path: path ?? null, code: extensions.code }),
  )
  return { data: result.data === undefined ? undefined : JSON.stringify(result.data), errors: texts.sort() }
}

/**
 * How many requests a plan makes of one level is the engine's own business, so `one` may tell an error of one place once
 * where `other` tells it several times; not the other way round.
 */
function hasSameErrors(one: Answer, other: Answer): boolean {
  const times = ({ errors }: Answer, error: string) => errors.filter((each) => each === error).length
  return (
    one.errors.every((error) => times(one, error) <= times(other, error)) &&
    other.errors.every((error) => one.errors.includes(error))
  )
}

export const isSameAnswer = (one: Answer, other: Answer) => one.data === other.data && hasSameErrors(one, other)

/** Whether the data are the same, and something of what `all` tells is told, nothing else, and nothing twice. */
export const isToldOf = (answer: Answer, all: Answer): boolean =>
  answer.data === all.data &&
  answer.errors.length > 0 &&
  new Set(answer.errors).size === answer.errors.length &&
  answer.errors.every((error) => all.errors.includes(error))

/** Whether the same data are there, and the errors stand where the oracle has them; what they say is the engine's affair. */
export const isWrongInSamePlaces = (one: Answer, oracle: Answer): boolean =>
  one.data === oracle.data && pathsOf(one).join() === pathsOf(oracle).join()

const pathsOf = ({ errors }: Answer): readonly string[] => [
  ...new Set(errors.map((error) => JSON.stringify((JSON.parse(error) as { readonly path: unknown }).path)).sort()),
]

export const isSameButForOrder = (one: Answer, other: Answer) =>
  hasSameErrors(one, other) && (one.data === other.data || stableText(parsed(one)) === stableText(parsed(other)))

const parsed = ({ data }: Answer): unknown => (data === undefined ? 'none' : JSON.parse(data))

export const printAnswer = ({ data, errors }: Answer) =>
  [`data: ${data ?? 'none'}`, ...errors.map((error) => `error: ${error}`)].join('\n')
