import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { codedError } from '@planet/runtime/errors'
import { abandonedSignal, requestIdOf, sendJson } from '@planet/runtime/http'
import type { Logger } from '@planet/runtime/log'
import type { ExecutionResult } from 'graphql'
import type { Graphiql } from './graphiql/graphiql.ts'
import { readRequest, statusOf } from './graphql-over-http.ts'
import { failedResult } from './masking.ts'
import type { Operations } from './operations.ts'
import { bearerToken, type TokenVerifier } from './tokens.ts'

type Parts = {
  readonly operations: Operations
  readonly verifyToken: TokenVerifier
  readonly graphiql: Graphiql | null
  readonly isReady: () => Promise<boolean>
  readonly log: Logger
}

/** Answers everything the gateway answers over plain HTTP. */
export function createRequestListener(parts: Parts): RequestListener {
  return (request, response) => {
    const requestId = requestIdOf(request)
    response.setHeader('x-request-id', requestId)
    response.setHeader('x-content-type-options', 'nosniff')
    answer(parts, request, response, requestId).catch((error: unknown) => {
      // A connection that broke has nobody left to answer.
      if (!response.destroyed) sendJson(response, 500, failedResult(error, requestId, parts.log))
    })
  }
}

async function answer(parts: Parts, request: IncomingMessage, response: ServerResponse, requestId: string): Promise<void> {
  const url = URL.parse(request.url ?? '', 'http://gateway') ?? new URL('http://gateway/unknown')
  switch (url.pathname) {
    case '/graphql':
      return answerGraphql(parts, request, response, requestId, url)
    case '/healthz':
      return sendJson(response, 200, { status: 'ok' })
    case '/readyz': {
      const isReady = await parts.isReady()
      return sendJson(response, isReady ? 200 : 503, { status: isReady ? 'ready' : 'not ready' })
    }
    case '/':
      return redirect(response, parts.graphiql ? '/graphiql' : '/graphql')
  }
  if (await parts.graphiql?.answer(url.pathname, response)) return
  sendJson(response, 404, { errors: [codedError('BAD_USER_INPUT', 'Nothing is here. The API is at /graphql.')] })
}

async function answerGraphql(
  parts: Parts,
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
  url: URL,
): Promise<void> {
  const isVisit =
    request.method === 'GET' && !url.searchParams.has('query') && (request.headers.accept ?? '').includes('text/html')
  if (isVisit && parts.graphiql) return redirect(response, '/graphiql')

  const read = await readRequest(request, url)
  if (!read.ok) {
    // What is left of a refused body is not read: the connection ends with the answer.
    const headers = { connection: 'close', ...(read.status === 405 ? { allow: 'GET, POST' } : {}) }
    return sendJson(response, read.status, { errors: [codedError('BAD_USER_INPUT', read.message)] }, headers)
  }
  const signal = abandonedSignal(response)
  const result = await run(parts, request, read, requestId, signal)
  if ('status' in result) return sendJson(response, result.status, result.body, result.headers)
  const headers = request.headers.accept?.includes(RESPONSE_TYPE) ? { 'content-type': `${RESPONSE_TYPE}; charset=utf-8` } : {}
  sendJson(response, statusOf(result), result, headers)
}

const RESPONSE_TYPE = 'application/graphql-response+json'

type Refused = { readonly status: number; readonly body: ExecutionResult; readonly headers: Record<string, string> }

async function run(
  { operations, verifyToken, log }: Parts,
  request: IncomingMessage,
  read: Extract<Awaited<ReturnType<typeof readRequest>>, { ok: true }>,
  requestId: string,
  signal: AbortSignal,
): Promise<ExecutionResult | Refused> {
  try {
    const token = bearerToken(request.headers.authorization)
    const viewer = token === undefined ? null : (await verifyToken(token)).viewer
    const admission = operations.admit(read.request)
    if (!admission.ok) return { errors: admission.errors }
    const kind = admission.operation.definition.operation
    if (kind === 'subscription')
      return { errors: [codedError('BAD_USER_INPUT', 'A subscription needs a graphql-ws socket, on this path.')] }
    if (kind === 'mutation' && read.isReadOnly) {
      return {
        status: 405,
        body: { errors: [codedError('BAD_USER_INPUT', 'A mutation needs POST.')] },
        headers: { allow: 'POST' },
      }
    }
    return await operations.execute(admission.operation, { viewer, requestId, signal })
  } catch (error) {
    return failedResult(error, requestId, log)
  }
}

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(302, { location, 'content-length': 0 })
  response.end()
}
