import { codedError } from '@planet/runtime/errors'
import type { Logger } from '@planet/runtime/log'
import { bytesOfKey, createTextCache } from '@planet/runtime/text-cache'
import type { Viewer } from '@planet/runtime/viewer'
import { GraphQLError } from 'graphql'
import type { Admission, GraphqlRequest } from './admission.ts'
import { hashOf, readSafelist, type Safelist } from './safelist.ts'

/** What a client sends: the text of an operation, or the hash of one that is known here, or both. */
export type SentRequest = Omit<GraphqlRequest, 'query'> & {
  readonly query?: string | null | undefined
  readonly extensions?: Readonly<Record<string, unknown>> | null | undefined
}

/** Who may run nothing but listed operations. */
export type SafelistRule = { readonly operations: Safelist; readonly appliesTo: 'partner' | 'all' }

/** Of the heap, for operations that clients have registered. */
const MAX_REGISTERED_BYTES = 4 * 1024 * 1024
const HASH = /^[0-9a-f]{64}$/

/**
 * `admit` for requests that may name their operation by its hash: Apollo's protocol of automatic persisted queries, where
 * a client sends the hash alone and, if that is not known, once more with the text; and a list of operations that partners,
 * or everybody, are held to. Only operations that were admitted are remembered.
 */
export function createPersistedOperations(
  admit: (request: GraphqlRequest) => Admission,
  options: { readonly isOpen: boolean; readonly safelist: SafelistRule | null },
): (request: SentRequest, viewer: Viewer | null) => Admission {
  const registered = createTextCache<string>(MAX_REGISTERED_BYTES)
  const { safelist } = options

  const admitText = (request: SentRequest, query: string) =>
    admit({ query, operationName: request.operationName, variables: request.variables })

  const admitListed = (request: SentRequest, listed: Safelist): Admission => {
    const sent = sentHash(request)
    if (sent instanceof GraphQLError) return refuse(sent)
    const text = listed.get(request.query ? hashOf(request.query) : (sent ?? ''))
    return text === undefined
      ? refuse(codedError('OPERATION_NOT_LISTED', 'This client may run only operations that have been listed for it.'))
      : admitText(request, text)
  }

  const admitRegistered = (request: SentRequest, sent: string): Admission => {
    if (!options.isOpen) return refuse(codedError('PERSISTED_QUERY_NOT_SUPPORTED', 'PersistedQueryNotSupported'))
    if (!request.query) {
      const text = registered.get(sent) ?? safelist?.operations.get(sent)
      return text === undefined
        ? refuse(codedError('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound'))
        : admitText(request, text)
    }
    if (hashOf(request.query) !== sent) return refuse(codedError('BAD_USER_INPUT', 'provided sha does not match query'))
    const admission = admitText(request, request.query)
    if (admission.ok) registered.set(sent, request.query, bytesOfKey(sent) + bytesOfKey(request.query))
    return admission
  }

  const isHeld = (viewer: Viewer | null) => safelist?.appliesTo === 'all' || viewer?.roles.includes('partner') === true

  return (request, viewer) => {
    if (safelist && isHeld(viewer)) return admitListed(request, safelist.operations)
    const sent = sentHash(request)
    if (sent instanceof GraphQLError) return refuse(sent)
    if (sent !== undefined) return admitRegistered(request, sent)
    if (!request.query) return refuse(codedError('BAD_USER_INPUT', 'A request needs a `query`, or the hash of one.'))
    return admitText(request, request.query)
  }
}

/** Reads the listed operations. One that the API does not admit is named in the log, and refused when it is sent. */
export function openSafelist(
  { path, appliesTo }: { readonly path: string; readonly appliesTo: SafelistRule['appliesTo'] },
  admit: (request: GraphqlRequest) => Admission,
  log: Logger,
): SafelistRule {
  const operations = readSafelist(path)
  for (const [hash, query] of operations) {
    const admission = admit({ query })
    // Without variables an operation may be refused for the lack of them, which says nothing about its text.
    const fault = admission.ok ? undefined : admission.errors.find((error) => error.extensions.code !== 'BAD_USER_INPUT')
    if (fault) log.warn({ hash, reason: fault.message }, 'a listed operation does not fit the API')
  }
  return { operations, appliesTo }
}

const refuse = (error: GraphQLError): Admission => ({ ok: false, errors: [error] })

/** Undefined if the request names no hash; an error for a protocol that is not ours. */
function sentHash({ extensions }: SentRequest): string | GraphQLError | undefined {
  const sent = extensions?.persistedQuery
  if (sent === undefined || sent === null) return undefined
  const { version, sha256Hash } = sent as { version?: unknown; sha256Hash?: unknown }
  if (version !== 1) return codedError('BAD_USER_INPUT', 'Unsupported persisted query version')
  const hash = typeof sha256Hash === 'string' ? sha256Hash.toLowerCase() : ''
  return HASH.test(hash) ? hash : codedError('BAD_USER_INPUT', '`sha256Hash` must be a hexadecimal SHA-256.')
}
