import type { IncomingMessage } from 'node:http'
import { readJson } from '@planet/runtime/http'
import type { SentRequest } from '../admission/persisted-operations.ts'
import type { Answer } from '../answer.ts'
import type { MediaType } from './media-type.ts'

/** The largest request body that is read. */
export const MAX_BODY_BYTES = 256 * 1024
const METHODS = 'GET, HEAD, POST, OPTIONS'

export type ReadRequest = { readonly ok: true; readonly request: SentRequest; readonly isReadOnly: boolean } | Unread
type Unread = { readonly ok: false; readonly status: number; readonly message: string; readonly allow?: string }

const unread = (message: string): Unread => ({ ok: false, status: 400, message })

/**
 * The GraphQL request in a POST's JSON body or in the parameters of a GET or HEAD, which may only read. `search` is the
 * part of the request's target after `?`. A GET needs no further guard against other sites, because the gateway knows
 * nobody by cookie. Rejects only if the connection breaks.
 */
export async function readRequest(request: IncomingMessage, search: string): Promise<ReadRequest> {
  if (request.method === 'POST') {
    const body = await readJson(request, MAX_BODY_BYTES)
    return body.ok ? parsed(body.value, false) : body
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return { ok: false, status: 405, message: 'Use POST, or GET for queries.', allow: METHODS }
  }
  const parameters = new URLSearchParams(search)
  const repeated = ['query', 'operationName', 'variables', 'extensions'].find((name) => parameters.getAll(name).length > 1)
  if (repeated) return unread(`The parameter \`${repeated}\` stands there twice.`)
  const variables = parseJson(parameters.get('variables'))
  const extensions = parseJson(parameters.get('extensions'))
  if (variables === undefined || extensions === undefined) return unread('`variables` and `extensions` are JSON.')
  return parsed({ query: parameters.get('query'), operationName: parameters.get('operationName'), variables, extensions }, true)
}

/** The request in a JSON value. Checked by hand, because this runs for each request: the members are few, and what they hold is checked later. */
export function parsed(value: unknown, isReadOnly: boolean): ReadRequest {
  if (Array.isArray(value)) return unread('There are no batches here: send one operation per request.')
  if (!isObject(value)) return unread('A GraphQL request is a JSON object.')
  const { query, operationName, variables, extensions } = value
  if (!isText(query)) return unread('`query` is a text.')
  if (!isText(operationName)) return unread('`operationName` is a text or null.')
  if (!isObjectOrNothing(variables)) return unread('`variables` is an object or null.')
  if (!isObjectOrNothing(extensions)) return unread('`extensions` is an object or null.')
  if (!query && !extensions?.persistedQuery) return unread('A GraphQL request has a `query`, or names a persisted one.')
  return { ok: true, request: { query, operationName, variables, extensions }, isReadOnly }
}

type JsonObject = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)

const isObjectOrNothing = (value: unknown): value is JsonObject | null | undefined =>
  value === undefined || value === null || isObject(value)

const isText = (value: unknown): value is string | null | undefined =>
  value === undefined || value === null || typeof value === 'string'

/** Null for nothing; undefined if `text` is no JSON. */
function parseJson(text: string | null): unknown {
  if (text === null || text === '') return null
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const STATUS_OF_CODE: Readonly<Record<string, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  OPERATION_NOT_LISTED: 403,
  BAD_USER_INPUT: 400,
  GRAPHQL_PARSE_FAILED: 400,
  GRAPHQL_VALIDATION_FAILED: 400,
  // Apollo's clients take any other status for an outage.
  PERSISTED_QUERY_NOT_FOUND: 200,
  PERSISTED_QUERY_NOT_SUPPORTED: 200,
  COST_EXCEEDED: 400,
  CONFLICT: 409,
  RATE_LIMITED: 429,
  UNAVAILABLE: 503,
}

/** Faults of the operation, as opposed to faults of the HTTP request or of us. */
const FAULTS_OF_OPERATION: ReadonlySet<unknown> = new Set([
  'BAD_USER_INPUT',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'COST_EXCEEDED',
])

/**
 * 200 once the operation was executed, whatever became of its fields; else the status of its first error. In
 * application/json a fault of the operation is 200 as well: its clients take another status for one of a proxy.
 */
export function statusOf(answer: Answer, mediaType: MediaType): number {
  if (answer.dataTexts) return 200
  const code = String(answer.errors[0]?.extensions.code)
  if (mediaType === 'application/json' && FAULTS_OF_OPERATION.has(code)) return 200
  return STATUS_OF_CODE[code] ?? 500
}
