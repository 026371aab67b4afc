import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { codedError } from '@planet/runtime/errors'
import { abortWhenAbandoned, requestIdOf, sendJson } from '@planet/runtime/http'
import { Abandonment } from '../abandonment.ts'
import { asksForCost } from '../admission/cost/price.ts'
import type { Graphiql } from '../graphiql/graphiql.ts'
import { bearerToken, type TokenVerifier } from '../identity/tokens.ts'
import type { EventSourceServer } from '../subscriptions/event-source-server.ts'
import { addressOfRequest } from './address.ts'
import type { Backlog } from './backlog.ts'
import { preflightHeaders } from './cors.ts'
import { readRequest } from './graphql-over-http.ts'
import { failed, type Reply, type ReplyParts, refusal, replyTo, writeReply } from './graphql-replies.ts'
import { isForKnownHost } from './hosts.ts'
import { acceptedMediaType, acceptsEventStream, type MediaType } from './media-type.ts'
import type { Readiness } from './readiness.ts'

type Parts = ReplyParts & {
  readonly backlog: Backlog
  readonly eventSources: EventSourceServer
  readonly verifyToken: TokenVerifier
  readonly graphiql: Graphiql | null
  readonly readiness: () => Promise<Readiness>
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
      const answer = failed(parts, exchange.requestId, error)
      send(parts, exchange, 'application/json', { answer, status: 500 }).catch(() => response.destroy())
    })
  }
}

function answer(parts: Parts, exchange: Exchange): Promise<void> {
  if (!isForKnownHost(parts.hosts, exchange.request))
    return refuse(parts, exchange, 421, 'This gateway serves other hosts: see PLANET_HOSTS.')
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
      const { isReady, parts: states } = await parts.readiness()
      return sendJson(response, isReady ? 200 : 503, { status: isReady ? 'ready' : 'not ready', parts: states })
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
  const { authorization } = request.headers
  const reply = await replyTo(parts, {
    sent: read.request,
    isReadOnly: read.isReadOnly,
    authorization,
    requestId: exchange.requestId,
    address: addressOfRequest(request, parts.trustedProxies),
    wantsCost: asksForCost(request.headers),
    abort: abortWhenAbandoned(response, new Abandonment()),
    ...(acceptsEventStream(request.headers.accept)
      ? { watch: async (operation) => parts.eventSources.watch(exchange, operation, await authenticate(parts, authorization)) }
      : {}),
  })
  if (reply) return send(parts, exchange, mediaType, reply)
}

async function authenticate({ verifyToken }: Parts, authorization: string | undefined) {
  const token = bearerToken(authorization)
  return token === undefined ? null : verifyToken(token)
}

/** GraphQL over SSE, for whoever does not take a GraphQL response, and at an address of its own for those who cannot say. */
async function answerStream(parts: Parts, exchange: Exchange, search: string): Promise<void> {
  if (exchange.request.method === 'OPTIONS') return answerOptions(parts, exchange)
  try {
    const refusal = await parts.eventSources.answer(exchange, search)
    if (refusal) return refuse(parts, exchange, refusal.status, refusal.message, refusal.allow)
  } catch (error) {
    return send(parts, exchange, 'application/graphql-response+json', { answer: failed(parts, exchange.requestId, error) })
  }
}

/** A person who opens the API's address in a browser. */
const isVisit = ({ method, headers }: IncomingMessage, search: string) =>
  method === 'GET' && headers.accept?.includes('text/html') === true && !/[?&](?:query|extensions)=/.test(search)

function answerOptions(parts: Parts, { request, response, requestId }: Exchange): Promise<void> {
  const headers = { 'x-request-id': requestId, allow: 'GET, HEAD, POST, OPTIONS' }
  response.writeHead(204, { ...headers, ...preflightHeaders(request.headers, parts.allowedOrigins) })
  response.end()
  return Promise.resolve()
}

const refuse = (parts: Parts, exchange: Exchange, status: number, message: string, allow?: string) =>
  send(parts, exchange, 'application/json', refusal(status, message, allow))

async function send(parts: Parts, { request, response, requestId }: Exchange, mediaType: MediaType, reply: Reply): Promise<void> {
  const { status, headers, body, bodyBytes, encoding } = await writeReply(parts, request.headers, requestId, mediaType, reply)
  if (response.headersSent || response.destroyed) return
  response.writeHead(status, [...headers, 'content-length', String(bodyBytes)])
  response.cork()
  for (const piece of body.slice(0, -1)) response.write(piece, encoding)
  response.end(body.at(-1), encoding)
  if (response.socket) parts.backlog.wrote(response.socket)
}

function redirect(response: ServerResponse, location: string): Promise<void> {
  response.writeHead(302, { location, 'content-length': 0 })
  response.end()
  return Promise.resolve()
}
