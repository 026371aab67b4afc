import { DrizzleQueryError } from 'drizzle-orm'
import postgres from 'postgres'
import { codedError, isCoded } from '../errors.ts'

/** Of the driver and of the operating system: there is no connection, or it was lost. */
const UNREACHABLE: ReadonlySet<string> = new Set([
  'CONNECTION_CLOSED',
  'CONNECTION_DESTROYED',
  'CONNECTION_ENDED',
  'CONNECT_TIMEOUT',
  'QUERY_TIMEOUT',
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
  'ENOTFOUND',
  'EPIPE',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_WRITE_AFTER_END',
  'ETIMEDOUT',
])

/** SQLSTATE: connection lost, out of resources or connections, over a deadline, shutting down or starting up. */
const UNAVAILABLE_STATE = /^(08...|53...|57014|57P0[1-5]|25P03|25P04|55P03)$/

const CANNOT_REACH = 'The database cannot be reached.'

/**
 * What a caller of the database gets to see of `error`. UNAVAILABLE for a database that is down, too busy or over a
 * deadline (the work may still have been committed); anything else as the driver's own error, freed of drizzle's
 * wrapper, whose message holds the SQL and its parameters.
 */
export function toFailure(error: unknown): unknown {
  const original = error instanceof DrizzleQueryError ? error.cause : error
  if (!(original instanceof Error) || isCoded(original)) return original
  const code = codeOf(original)
  if (code !== null && (UNREACHABLE.has(code) || UNAVAILABLE_STATE.test(code))) {
    return codedError('UNAVAILABLE', CANNOT_REACH, {}, { cause: original })
  }
  // Its detail quotes the row: for whoever asks for it, not for a log that prints every property.
  if (original instanceof postgres.PostgresError) Object.defineProperty(original, 'detail', { enumerable: false })
  return original
}

/** The UNAVAILABLE of a request that its caller has given up. */
export const cancelled = () => codedError('UNAVAILABLE', 'The request was cancelled.')

/** The name of the unique constraint that `error` reports as violated; null for any other error. */
export function violatedUnique(error: unknown): string | null {
  const original = error instanceof DrizzleQueryError ? error.cause : error
  if (!(original instanceof postgres.PostgresError) || original.code !== '23505') return null
  return original.constraint_name ?? null
}

const codeOf = (error: Error) => ('code' in error && typeof error.code === 'string' ? error.code : null)
