import type { IncomingMessage, ServerResponse } from 'node:http'
import { codedError } from '@planet/runtime/errors'
import { abortWhenAbandoned, isOver, onceOver } from '@planet/runtime/http'
import type { Viewer } from '@planet/runtime/viewer'
import type { GraphQLError } from 'graphql'
import type { Operation } from '../admission/admission.ts'
import { asksForCost } from '../admission/cost/price.ts'
import type { Answer } from '../answer.ts'
import { addressOfRequest } from '../http/address.ts'
import { type Backlog, cutWhenStalled } from '../http/backlog.ts'
import { corsHeadersOf } from '../http/cors.ts'
import { readRequest } from '../http/graphql-over-http.ts'
import { type Authenticated, bearerToken, type TokenVerifier } from '../identity/tokens.ts'
import type { Caller, Operations } from '../operations.ts'
import { frameOf, frameOfErrors } from './frame.ts'
import { createTally, type SocketLimits } from './limits.ts'
import { SseSubscriber } from './sse-subscriber.ts'
import type { Subscription } from './subscriber.ts'

/** How often streams are looked at for what is overdue. One timer serves all. */
const SWEEP_MS = 250

/** What is no request for a stream; the HTTP surface says so in JSON. */
export type Refusal = { readonly status: number; readonly message: string; readonly allow?: string }

/** One exchange over HTTP. */
type Exchange = { readonly request: IncomingMessage; readonly response: ServerResponse; readonly requestId: string }

/** GraphQL over SSE in distinct connections mode: one operation per request, whose answer is a stream of events. */
export type EventSourceServer = {
  /** Answers a request for a stream, or says why it is none. Rejects with a coded error for a caller who may not have one. */
  answer(exchange: Exchange, search: string): Promise<Refusal | null>
  /** Streams a subscription that has been admitted. Rejects as `answer` does. */
  watch(exchange: Exchange, operation: Operation, authenticated: Authenticated | null): Promise<void>
  /** Streams that are open. */
  readonly size: () => number
  /** What the tokens say that streams are open with. */
  authenticated(): readonly Authenticated[]
  /** Ends the streams whose token `isRevoked` says is. */
  endRevoked(isRevoked: (authenticated: Authenticated) => boolean): void
  /** Tells every stream where to go on, and when. Nothing is opened any more: that is up to the hub. */
  drain(retryAfterMs: (count: number) => number): void
}

/** An open stream. */
type Open = {
  readonly authenticated: Authenticated | null
  readonly subscriber: SseSubscriber
  end(reason: GraphQLError): void
  drain(retryAfterMs: number): void
}

export function createEventSourceServer(parts: {
  readonly operations: Operations
  readonly verifyToken: TokenVerifier
  readonly allowedOrigins: readonly string[]
  readonly trustedProxies: number
  readonly limits: SocketLimits
  readonly backlog: Backlog
}): EventSourceServer {
  const { operations, limits } = parts
  const open = new Set<Open>()
  const users = createTally()
  const addresses = createTally()
  let beatAtMs = Date.now()
  const sweep = setInterval(() => {
    const nowMs = Date.now()
    const isBeat = nowMs - beatAtMs >= limits.heartbeatMs
    if (isBeat) beatAtMs = nowMs
    for (const stream of open) {
      const { authenticated, subscriber } = stream
      if (authenticated && !subscriber.isEnded && nowMs >= authenticated.expiresAt.getTime()) stream.end(expired())
      else if (isBeat) subscriber.beat()
    }
  }, SWEEP_MS)
  sweep.unref()

  /** Gives the function that takes it back. */
  const admitCaller = ({ request, response }: Exchange, viewer: Viewer | null) => {
    const [tally, principal, limit] = viewer
      ? [users, viewer.userId, limits.socketsPerUser]
      : [addresses, request.socket.remoteAddress ?? '', limits.socketsPerAddress]
    if (!tally.add(principal, limit)) throw codedError('RATE_LIMITED', `You may have ${limit} streams open.`)
    onceOver(response, () => tally.remove(principal))
  }

  const begin = ({ request, response, requestId }: Exchange): SseSubscriber => {
    const { origin } = request.headers
    response.writeHead(200, [
      'content-type',
      'text/event-stream; charset=utf-8',
      'cache-control',
      'no-store, no-transform',
      'x-accel-buffering',
      'no',
      'x-request-id',
      requestId,
      'x-content-type-options',
      'nosniff',
      ...(origin === undefined ? [] : corsHeadersOf(request.headers, parts.allowedOrigins)),
    ])
    response.flushHeaders()
    // A stream on which nothing happens is none that stalls, as node:http would have it.
    response.on('timeout', () => {})
    if (response.socket) cutWhenStalled(response.socket)
    return new SseSubscriber(response, limits.bufferedBytes, parts.backlog)
  }

  const answerOnce = (exchange: Exchange, answer: Answer) => {
    begin(exchange).end(frameOf(answer))
  }

  const watch: EventSourceServer['watch'] = async (exchange, operation, authenticated) => {
    const { request, response } = exchange
    if (isOver(response)) return
    const viewer = authenticated?.viewer ?? null
    admitCaller(exchange, viewer)
    const subscriber = begin(exchange)
    let subscription: Subscription | undefined
    let isGone = false
    const stream: Open = {
      authenticated,
      subscriber,
      end(reason) {
        leave()
        subscriber.end(frameOfErrors([reason]))
      },
      drain: (retryAfterMs) => subscription?.drain(retryAfterMs),
    }
    const leave = () => {
      isGone = true
      subscription?.leave()
    }
    open.add(stream)
    // One that has ended stays until its client has read it, or is cut.
    onceOver(response, () => {
      open.delete(stream)
      leave()
    })
    subscription = await operations.watch(
      operation,
      { viewer, address: addressOfRequest(request, parts.trustedProxies), wantsCost: asksForCost(request.headers) },
      subscriber,
      lastEventId(request),
    )
    if (isGone) subscription.leave()
  }

  return {
    watch,
    async answer(exchange, search) {
      const { request, response, requestId } = exchange
      if (request.method !== 'GET' && request.method !== 'POST')
        return { status: 405, message: 'Use POST or GET.', allow: 'GET, POST' }
      const read = await readRequest(request, search)
      if (!read.ok) return read
      const token = bearerToken(request.headers.authorization)
      const authenticated = token === undefined ? null : await parts.verifyToken(token)
      const viewer = authenticated?.viewer ?? null
      const caller: Caller = {
        viewer,
        requestId,
        address: addressOfRequest(request, parts.trustedProxies),
        wantsCost: asksForCost(request.headers),
        abort: abortWhenAbandoned(response),
      }
      const admission = operations.admit(read.request, viewer)
      if (!admission.ok) {
        answerOnce(exchange, await operations.refuse(admission.errors, caller))
        return null
      }
      const { operation } = admission
      const kind = operation.definition.operation
      if (kind === 'mutation' && read.isReadOnly) return { status: 405, message: 'A mutation needs POST.', allow: 'POST' }
      if (kind === 'subscription') await watch(exchange, operation, authenticated)
      else {
        const result = await operations.answer(operation, caller)
        if (!response.destroyed) answerOnce(exchange, result)
      }
      return null
    },
    size: () => open.size,
    authenticated: () => [...open].flatMap(({ authenticated }) => authenticated ?? []),
    endRevoked(isRevoked) {
      for (const stream of open) {
        if (stream.authenticated && isRevoked(stream.authenticated)) stream.end(revoked())
      }
    },
    drain(retryAfterMs) {
      clearInterval(sweep)
      for (const stream of open) stream.drain(retryAfterMs(open.size))
    },
  }
}

/** Where a client that has been cut off goes on. Browsers send it by themselves. */
function lastEventId(request: IncomingMessage): string | null {
  const id = request.headers['last-event-id']
  return typeof id === 'string' && id !== '' ? id : null
}

const expired = () => codedError('UNAUTHENTICATED', 'The token has expired. Subscribe again with a new one.')
const revoked = () => codedError('UNAUTHENTICATED', 'The token was revoked.')
