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

/**
 * With faults: as `isSameAnswer`, but for which of several errors below one null is told. GraphQL lets an executor choose
 * there, and graphql-js in a subgraph goes by the order of a request's fields, which is the engine's own.
 */
export function isSameUpToNulls(one: Answer, other: Answer): boolean {
  if (isSameAnswer(one, other)) return true
  if (!isSameButForOrder({ ...one, errors: [] }, { ...other, errors: [] })) return false
  const seen = (answer: Answer) => [...new Set(answer.errors.map((error) => atNull(error, parsed(answer))))].sort().join('\n')
  return seen(one) === seen(other)
}

/**
 * Whether the data are the same and the errors are, but for their places in lists and for which of several fields of one
 * object they name: the reference miscounts places, and of fields that fail together graphql-js may report only one.
 */
export function isSameButForPlaces(one: Answer, other: Answer): boolean {
  const places = (answer: Answer) => [...new Set(answer.errors.map(placeOf))].sort().join('\n')
  return one.data === other.data && places(one) === places(other)
}

function placeOf(error: string): string {
  const { path, code } = JSON.parse(error) as { readonly path: readonly (string | number)[] | null; readonly code: unknown }
  return JSON.stringify({ path: path?.slice(0, -1).filter((step) => typeof step === 'string'), code })
}

/** Whether each value is the one's or the other's, and something is reported if it is not all right. */
export function isBetween(answer: Answer, faulty: Answer, right: Answer): boolean {
  if (answer.data === undefined || right.data === undefined || faulty.data === undefined) return false
  const data = (one: Answer) => ({ ...one, errors: [] })
  // The same data excuses other errors only if it is all right, and they are about what nobody needed.
  if (isSameButForOrder(data(answer), data(faulty))) {
    return isSameButForOrder(data(answer), data(right)) && answer.errors.every((error) => faulty.errors.includes(error))
  }
  const isReported = answer.errors.length > 0 || faulty.errors.length === 0 || answer.data === right.data
  return isReported && isValueBetween(parsed(answer), parsed(faulty), parsed(right))
}

function isValueBetween(value: unknown, one: unknown, other: unknown): boolean {
  const text = stableText(value)
  if (text === stableText(one) || text === stableText(other)) return true
  if (![value, one, other].every((each) => typeof each === 'object' && each !== null)) return false
  // All three are objects or lists, which have entries.
  const [entries, ones, others] = [value, one, other].map((each) => Object.entries(each as object))
  if (!entries || entries.length !== ones?.length || entries.length !== others?.length) return false
  const [inOne, inOther] = [new Map(ones), new Map(others)]
  return entries.every(
    ([key, inner]) => inOne.has(key) && inOther.has(key) && isValueBetween(inner, inOne.get(key), inOther.get(key)),
  )
}

/** An error below a null, as the place of the null; any other as it is. */
function atNull(error: string, data: unknown): string {
  const { path, code } = JSON.parse(error) as { readonly path: readonly (string | number)[] | null; readonly code: unknown }
  let value = data
  for (const [depth, step] of (path ?? []).entries()) {
    if (value === null) return JSON.stringify({ null: path?.slice(0, depth), code })
    value = typeof value === 'object' ? (value as Record<string | number, unknown>)[step] : undefined
  }
  return error
}

const parsed = ({ data }: Answer): unknown => (data === undefined ? 'none' : JSON.parse(data))

export const printAnswer = ({ data, errors }: Answer) =>
  [`data: ${data ?? 'none'}`, ...errors.map((error) => `error: ${error}`)].join('\n')
