import type { IncomingMessage, OutgoingHttpHeader, RequestListener, ServerResponse } from 'node:http'
import { codedError } from '@planet/runtime/errors'
import { abortWhenAbandoned, requestIdOf, sendJson } from '@planet/runtime/http'
import type { Logger } from '@planet/runtime/log'
import { type Answer, refusedWith, textOf } from './answer.ts'
import { acceptedEncoding, COMPRESS_FROM_BYTES, compress } from './compression.ts'
import { corsHeadersOf, preflightHeaders } from './cors.ts'
import type { Graphiql } from './graphiql/graphiql.ts'
import { readRequest, statusOf } from './graphql-over-http.ts'
import { maskErrors } from './masking.ts'
import { acceptedMediaType, acceptsEventStream, type MediaType } from './media-type.ts'
import type { Operations } from './operations.ts'
import type { EventSourceServer } from './subscriptions/event-source-server.ts'
import { bearerToken, type TokenVerifier } from './tokens.ts'

type Parts = {
  readonly operations: Operations
  readonly eventSources: EventSourceServer
  readonly verifyToken: TokenVerifier
  readonly graphiql: Graphiql | null
  readonly isReady: () => Promise<boolean>
  /** Pages of these origins may ask, besides the gateway's own. */
  readonly allowedOrigins: readonly string[]
  /** Whether large answers are compressed for whoever takes them so. */
  readonly compression: boolean
  readonly log: Logger
}

/** One exchange: what is known of a request from the start. */
type Exchange = { readonly request: IncomingMessage; readonly response: ServerResponse; readonly requestId: string }

/** Answers everything the gateway answers over plain HTTP. */
export function createRequestListener(parts: Parts): RequestListener {
  return (request, response) => {
    const exchange: Exchange = { request, response, requestId: requestIdOf(request) }
    answer(parts, exchange).catch((error: unknown) => {
      // A connection that broke has nobody left to answer.
      if (response.destroyed) return
      sendAnswer(parts, exchange, 'application/json', failed(parts, exchange, error), 500).catch(() => response.destroy())
    })
  }
}

function answer(parts: Parts, exchange: Exchange): Promise<void> {
  // Nearly every request is for this very target.
  if (exchange.request.url === '/graphql') return answerGraphql(parts, exchange, '')
  const url = URL.parse(exchange.request.url ?? '', 'http://gateway') ?? new URL('http://gateway/unknown')
  if (url.pathname === '/graphql') return answerGraphql(parts, exchange, url.search)
  return url.pathname === '/graphql/stream'
    ? answerStream(parts, exchange, url.search)
    : answerOther(parts, exchange, url.pathname)
}

async function answerOther(parts: Parts, { response, requestId }: Exchange, path: string): Promise<void> {
  response.setHeader('x-request-id', requestId)
  response.setHeader('x-content-type-options', 'nosniff')
  switch (path) {
    case '/healthz':
      return sendJson(response, 200, { status: 'ok' })
    case '/readyz': {
      const isReady = await parts.isReady()
      return sendJson(response, isReady ? 200 : 503, { status: isReady ? 'ready' : 'not ready' })
    }
    case '/':
      return redirect(response, parts.graphiql ? '/graphiql' : '/graphql')
  }
  if (await parts.graphiql?.answer(path, response)) return
  sendJson(response, 404, { errors: [codedError('BAD_USER_INPUT', 'Nothing is here. The API is at /graphql.')] })
}

async function answerGraphql(parts: Parts, exchange: Exchange, search: string): Promise<void> {
  const { request, response } = exchange
  if (parts.graphiql && isVisit(request, search)) return redirect(response, '/graphiql')
  if (request.method === 'OPTIONS') return answerOptions(parts, exchange)

  const mediaType = acceptedMediaType(request.headers.accept)
  if (!mediaType) {
    if (acceptsEventStream(request.headers.accept)) return answerStream(parts, exchange, search)
    return refuse(parts, exchange, 406, 'An answer is application/graphql-response+json or application/json.')
  }
  const read = await readRequest(request, search)
  if (!read.ok) return refuse(parts, exchange, read.status, read.message, read.allow)
  try {
    const token = bearerToken(request.headers.authorization)
    const authenticated = token === undefined ? null : await parts.verifyToken(token)
    const viewer = authenticated?.viewer ?? null
    const admission = parts.operations.admit(read.request, viewer)
    if (!admission.ok) return sendAnswer(parts, exchange, mediaType, refusedWith(admission.errors))
    const { operation } = admission
    const kind = operation.definition.operation
    if (kind === 'subscription') {
      if (acceptsEventStream(request.headers.accept)) return await parts.eventSources.watch(exchange, operation, authenticated)
      const error = codedError('BAD_USER_INPUT', 'A subscription needs `accept: text/event-stream`, or a graphql-ws socket.')
      return sendAnswer(parts, exchange, mediaType, refusedWith([error]))
    }
    if (kind === 'mutation' && read.isReadOnly) return refuse(parts, exchange, 405, 'A mutation needs POST.', 'POST')
    const caller = { viewer, requestId: exchange.requestId, abort: abortWhenAbandoned(response) }
    return sendAnswer(parts, exchange, mediaType, await parts.operations.answer(operation, caller))
  } catch (error) {
    return sendAnswer(parts, exchange, mediaType, failed(parts, exchange, error))
  }
}

/** GraphQL over SSE, for whoever does not take a GraphQL response, and at an address of its own for those who cannot say. */
async function answerStream(parts: Parts, exchange: Exchange, search: string): Promise<void> {
  if (exchange.request.method === 'OPTIONS') return answerOptions(parts, exchange)
  try {
    const refusal = await parts.eventSources.answer(exchange, search)
    if (refusal) return refuse(parts, exchange, refusal.status, refusal.message, refusal.allow)
  } catch (error) {
    return sendAnswer(parts, exchange, 'application/graphql-response+json', failed(parts, exchange, error))
  }
}

/** A person who opens the API's address in a browser. */
const isVisit = ({ method, headers }: IncomingMessage, search: string) =>
  method === 'GET' && headers.accept?.includes('text/html') === true && !/[?&](?:query|extensions)=/.test(search)

const failed = ({ log }: Parts, { requestId }: Exchange, error: unknown): Answer =>
  refusedWith(maskErrors([error], requestId, log))

function answerOptions(parts: Parts, { request, response, requestId }: Exchange): Promise<void> {
  const headers = { 'x-request-id': requestId, allow: 'GET, HEAD, POST, OPTIONS' }
  response.writeHead(204, { ...headers, ...preflightHeaders(request.headers, parts.allowedOrigins) })
  response.end()
  return Promise.resolve()
}

/** Refuses what is no request for us; what is left of its body is not read, so the connection ends with the answer. */
function refuse(parts: Parts, exchange: Exchange, status: number, message: string, allow?: string): Promise<void> {
  const answer = refusedWith([codedError('BAD_USER_INPUT', message)])
  const headers = ['connection', 'close', ...(allow === undefined ? [] : ['allow', allow])]
  return sendAnswer(parts, exchange, 'application/json', answer, status, headers)
}

const CONTENT_TYPE: Readonly<Record<MediaType, string>> = {
  'application/json': 'application/json; charset=utf-8',
  'application/graphql-response+json': 'application/graphql-response+json; charset=utf-8',
}

async function sendAnswer(
  parts: Parts,
  { request, response, requestId }: Exchange,
  mediaType: MediaType,
  answer: Answer,
  status = statusOf(answer, mediaType),
  more: readonly string[] = [],
): Promise<void> {
  const headers: OutgoingHttpHeader[] = [
    'content-type',
    CONTENT_TYPE[mediaType],
    'x-request-id',
    requestId,
    'x-content-type-options',
    'nosniff',
    'cache-control',
    'no-store',
    ...more,
  ]
  if (request.headers.origin !== undefined) headers.push(...corsHeadersOf(request.headers, parts.allowedOrigins))
  if (answer.dataText === undefined && status === 401) headers.push('www-authenticate', 'Bearer')
  const text = textOf(answer)
  const size = Buffer.byteLength(text)
  const encoding = parts.compression && size >= COMPRESS_FROM_BYTES ? acceptedEncoding(request.headers['accept-encoding']) : null
  const body = encoding ? await compress(Buffer.from(text), encoding) : text
  if (encoding) headers.push('content-encoding', encoding, 'vary', 'accept-encoding')
  if (response.headersSent || response.destroyed) return
  headers.push('content-length', encoding ? body.length : size)
  response.writeHead(status, headers)
  // Without a character beyond ASCII both encodings are the same bytes, and this one is copied as it is.
  response.end(body, size === text.length ? 'latin1' : 'utf8')
}

function redirect(response: ServerResponse, location: string): Promise<void> {
  response.writeHead(302, { location, 'content-length': 0 })
  response.end()
  return Promise.resolve()
}
