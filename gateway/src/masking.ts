import { maskError } from '@planet/runtime/errors'
import type { Logger } from '@planet/runtime/log'
import { type ExecutionResult, GraphQLError } from 'graphql'
import { MAX_ERRORS } from './admission/admission.ts'

/**
 * What a client may see of `result`: coded errors as they are, anything else as INTERNAL with the request's id, under
 * which the log has the cause. At most 20 errors; nothing beside `data` and `errors`.
 */
export function maskResult(result: ExecutionResult, requestId: string, log: Logger): ExecutionResult {
  const data = result.data === undefined ? {} : { data: result.data }
  if (!result.errors || result.errors.length === 0) return data
  return { ...data, errors: maskErrors(result.errors, requestId, log) }
}

/** What a client may see of errors, at most 20 of them. */
export const maskErrors = (errors: readonly unknown[], requestId: string, log: Logger): readonly GraphQLError[] =>
  errors.slice(0, MAX_ERRORS).map((error) => maskForClient(error, requestId, log))

/** The one error that a failed request is answered with. */
export const failedResult = (error: unknown, requestId: string, log: Logger): ExecutionResult => ({
  errors: [maskForClient(error, requestId, log)],
})

function maskForClient(error: unknown, requestId: string, log: Logger): GraphQLError {
  const masked = maskError(error, (original) => log.error({ err: original, requestId }, 'a request failed'))
  const { serviceName: _, ...extensions } = masked.extensions
  return new GraphQLError(masked.message, {
    nodes: masked.nodes ?? null,
    source: masked.source ?? null,
    positions: masked.positions ?? null,
    path: clientPath(masked.path),
    extensions: extensions.code === 'INTERNAL' ? { ...extensions, requestId } : extensions,
  })
}

/** A path into a list that was fetched as a whole ends before the list's items. */
function clientPath(path: GraphQLError['path']): GraphQLError['path'] | null {
  if (!path) return null
  const wildcard = path.indexOf('@')
  const known = wildcard === -1 ? path : path.slice(0, wildcard)
  return known.length > 0 ? known : null
}
