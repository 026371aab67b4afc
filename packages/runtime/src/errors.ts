import { GraphQLError } from 'graphql'

/** The one table of codes a client may meet; `docs/errors.md` says what each asks of the client. */
export type ErrorCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'OPERATION_NOT_LISTED'
  | 'BAD_USER_INPUT'
  | 'GRAPHQL_PARSE_FAILED'
  | 'GRAPHQL_VALIDATION_FAILED'
  | 'PERSISTED_QUERY_NOT_FOUND'
  | 'PERSISTED_QUERY_NOT_SUPPORTED'
  | 'COST_EXCEEDED'
  | 'RATE_LIMITED'
  | 'CONFLICT'
  | 'UNAVAILABLE'
  | 'RESPONSE_TOO_LARGE'
  | 'INTERNAL'
  | 'CURSOR_INVALID'
  | 'CURSOR_EXPIRED'
  | 'CURSOR_FUTURE'
  | 'CURSOR_EPOCH_CHANGED'
  | 'SLOW_CONSUMER'
  | 'SUBSCRIPTION_DRAINING'

const CODES: ReadonlySet<unknown> = new Set<ErrorCode>([
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'OPERATION_NOT_LISTED',
  'BAD_USER_INPUT',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
  'COST_EXCEEDED',
  'RATE_LIMITED',
  'CONFLICT',
  'UNAVAILABLE',
  'RESPONSE_TOO_LARGE',
  'INTERNAL',
  'CURSOR_INVALID',
  'CURSOR_EXPIRED',
  'CURSOR_FUTURE',
  'CURSOR_EPOCH_CHANGED',
  'SLOW_CONSUMER',
  'SUBSCRIPTION_DRAINING',
])

/**
 * An error that a client is meant to see: the message must hold nothing internal. `cause` is for the log only.
 */
export function codedError(
  code: ErrorCode,
  message: string,
  extensions: Record<string, unknown> = {},
  options: { cause?: unknown } = {},
): GraphQLError {
  const originalError = options.cause instanceof Error ? options.cause : undefined
  return new GraphQLError(message, { originalError, extensions: { ...extensions, code } })
}

/** True for what `codedError` made, also when graphql-js has wrapped it with a path. */
export function isCoded(error: unknown): error is GraphQLError & { readonly extensions: { readonly code: ErrorCode } } {
  return error instanceof GraphQLError && CODES.has(error.extensions.code) && !isHiddenInternal(error)
}

/** True if `error`, or what caused it, says that something is away which may come back: trying again may help. */
export const isUnavailable = (error: unknown): boolean =>
  (isCoded(error) && error.extensions.code === 'UNAVAILABLE') ||
  (error instanceof Error && error.cause !== undefined && isUnavailable(error.cause))

/** For an answer, or what a subgraph gives for one, of more than `maxBytes`. */
export const tooLarge = (maxBytes: number): GraphQLError =>
  codedError('RESPONSE_TOO_LARGE', `The answer would be larger than ${maxBytes} bytes. Ask for less at once.`)

const isHiddenInternal = (error: GraphQLError) => error.extensions.code === 'INTERNAL' && error.message !== INTERNAL_MESSAGE

const BEYOND_MESSAGE = 'The request is nested too deeply, or asks for what is out of range.'
const INTERNAL_MESSAGE = 'Something went wrong on our side.'

/**
 * What a client may see of `error`: a coded error as it is, without its stack; a mistake that graphql-js found in the
 * request as BAD_USER_INPUT, and so what is too deep or too long for this process; anything else as INTERNAL. `report` has the
 * original of the last two for the log.
 */
export function maskError(error: unknown, report: (original: unknown) => void): GraphQLError {
  const known = error instanceof GraphQLError ? error : undefined
  const location = {
    nodes: known?.nodes ?? null,
    source: known?.source ?? null,
    positions: known?.positions ?? null,
    path: known?.path ?? null,
  }
  if (known && isCoded(known)) {
    if (known.originalError && !(known.originalError instanceof GraphQLError)) report(known.originalError)
    return new GraphQLError(known.message, { ...location, extensions: known.extensions })
  }
  // A GraphQLError that wraps nothing was thrown by graphql-js about the request itself (a wrong variable, say).
  if (known && !known.originalError && known.extensions.code === undefined) {
    return new GraphQLError(known.message, { ...location, extensions: { code: 'BAD_USER_INPUT' } })
  }
  const wrapped = known?.originalError
  if (wrapped instanceof GraphQLError && isCoded(wrapped))
    return maskError(
      new GraphQLError(wrapped.message, { ...location, originalError: wrapped.originalError, extensions: wrapped.extensions }),
      report,
    )
  const cause = wrapped ?? error
  report(cause)
  if (cause instanceof RangeError) {
    return new GraphQLError(BEYOND_MESSAGE, { ...location, extensions: { code: 'BAD_USER_INPUT' } })
  }
  return new GraphQLError(INTERNAL_MESSAGE, { ...location, extensions: { code: 'INTERNAL' } })
}
