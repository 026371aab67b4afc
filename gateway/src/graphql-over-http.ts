import type { IncomingMessage } from 'node:http'
import { readJson } from '@planet/runtime/http'
import type { ExecutionResult } from 'graphql'
import { z } from 'zod'
import type { GraphqlRequest } from './admission.ts'

/** The largest request body that is read. */
export const MAX_BODY_BYTES = 256 * 1024

const Variables = z.record(z.string(), z.unknown()).nullish()
const Request = z.object({ query: z.string(), operationName: z.string().nullish(), variables: Variables })

export type ReadRequest =
  | { readonly ok: true; readonly request: GraphqlRequest; readonly isReadOnly: boolean }
  | { readonly ok: false; readonly status: number; readonly message: string }

const malformed = {
  ok: false,
  status: 400,
  message: 'A GraphQL request has `query`, and may have `operationName` and `variables`.',
} as const

/**
 * The GraphQL request in a POST's JSON body or a GET's parameters. A GET may only read; it needs no further guard
 * against other sites, because the gateway knows nobody by cookie. Rejects only if the connection breaks.
 */
export async function readRequest(request: IncomingMessage, url: URL): Promise<ReadRequest> {
  if (request.method === 'POST') {
    const body = await readJson(request, MAX_BODY_BYTES)
    return body.ok ? parsed(body.value, false) : body
  }
  if (request.method !== 'GET') return { ok: false, status: 405, message: 'Use POST, or GET for queries.' }
  const variables = parseJson(url.searchParams.get('variables'))
  if (variables === undefined) return malformed
  return parsed({ query: url.searchParams.get('query'), operationName: url.searchParams.get('operationName'), variables }, true)
}

function parsed(value: unknown, isReadOnly: boolean): ReadRequest {
  const request = Request.safeParse(value)
  return request.success ? { ok: true, request: request.data, isReadOnly } : malformed
}

/** Undefined if `text` is no JSON. */
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
  BAD_USER_INPUT: 400,
  GRAPHQL_PARSE_FAILED: 400,
  GRAPHQL_VALIDATION_FAILED: 400,
  CONFLICT: 409,
  RATE_LIMITED: 429,
  UNAVAILABLE: 503,
}

/** 200 once the operation was executed, whatever became of its fields; else the status of its first error. */
export function statusOf(result: ExecutionResult): number {
  if (result.data !== undefined) return 200
  return STATUS_OF_CODE[String(result.errors?.[0]?.extensions.code)] ?? 500
}
