import { codedError } from '@planet/runtime/errors'
import { VIEWER_HEADER } from '@planet/runtime/serve'
import type { SubgraphRequest } from '@planet/runtime/subgraph'
import { type ExecutionResult, GraphQLError, type GraphQLFormattedError } from 'graphql'
import { type Client, createClient } from 'graphql-ws'
import { Pool } from 'undici'
import WebSocket from 'ws'
import { z } from 'zod'
import { createEventQueue } from './event-stream.ts'
import type { SubgraphTransport } from './transport.ts'

/** Largest reply or event that is read; a larger one counts as no answer. */
export const MAX_REPLY_BYTES = 8 * 1024 * 1024
const CONNECTIONS = 64
const CONNECT_TIMEOUT_MS = 1_000
/** Events that may wait for a slow subscriber before it is cut off. */
const MAX_WAITING_EVENTS = 1_000
const HEARTBEAT_MS = 10_000

const ErrorEntry = z.looseObject({
  message: z.string(),
  path: z.array(z.union([z.string(), z.number()])).optional(),
  extensions: z.record(z.string(), z.unknown()).optional(),
})
const Reply = z.looseObject({ data: z.record(z.string(), z.unknown()).nullish(), errors: z.array(ErrorEntry).optional() })

/** Errors of a reply become errors again; their location in the gateway's own query is nobody's business. */
function resultOf(reply: unknown): ExecutionResult {
  const { data, errors } = Reply.parse(reply)
  return {
    ...(data === undefined ? {} : { data }),
    ...(errors ? { errors: errors.map(errorOf) } : {}),
  }
}

const errorOf = (
  error: Pick<GraphQLFormattedError, 'message'> & {
    path?: readonly (string | number)[] | undefined
    extensions?: Record<string, unknown> | undefined
  },
) => new GraphQLError(error.message, { path: error.path ?? null, extensions: error.extensions ?? null })

const bodyOf = (request: SubgraphRequest) =>
  JSON.stringify({ query: request.query, operationName: request.operationName, variables: request.variables })

/** Reaches a subgraph behind `serve`: HTTP with kept-alive connections, subscriptions over one graphql-ws socket. */
export function createHttpTransport(url: string): SubgraphTransport {
  const target = new URL(url)
  const pool = new Pool(target.origin, {
    connections: CONNECTIONS,
    connect: { timeout: CONNECT_TIMEOUT_MS },
    maxResponseSize: MAX_REPLY_BYTES,
  })
  let sockets: Client | undefined
  return {
    async execute(request) {
      const reply = await pool.request({
        path: target.pathname,
        method: 'POST',
        headers: headersOf(request),
        body: bodyOf(request),
        signal: request.signal,
      })
      const text = await reply.body.text()
      if (reply.statusCode !== 200 && reply.statusCode !== 401) throw new Error(`a subgraph answered HTTP ${reply.statusCode}`)
      return resultOf(JSON.parse(text))
    },
    async subscribe(request) {
      sockets ??= connectSockets(target)
      return openStream(sockets, request)
    },
    async close() {
      await sockets?.dispose()
      await pool.destroy()
    },
  }
}

const headersOf = (request: SubgraphRequest) => ({
  'content-type': 'application/json',
  'x-request-id': request.requestId,
  ...(request.viewerToken === undefined ? {} : { [VIEWER_HEADER]: request.viewerToken }),
})

/** Opened by the first subscription, shared by all, closed soon after the last. The viewer is signed per subscription. */
function connectSockets(target: URL): Client {
  class BoundedSocket extends WebSocket {
    constructor(address: string, protocols: string | string[]) {
      super(address, protocols, { maxPayload: MAX_REPLY_BYTES, handshakeTimeout: CONNECT_TIMEOUT_MS })
    }
  }
  const address = new URL(target)
  address.protocol = target.protocol === 'https:' ? 'wss:' : 'ws:'
  return createClient({ url: address.href, webSocketImpl: BoundedSocket, lazy: true, retryAttempts: 0, keepAlive: HEARTBEAT_MS })
}

function openStream(sockets: Client, request: SubgraphRequest) {
  const queue = createEventQueue({
    limit: MAX_WAITING_EVENTS,
    onOverflow: () => ({ errors: [codedError('SLOW_CONSUMER', 'Events came faster than they were read. Subscribe again.')] }),
    onReturn: () => dispose(),
  })
  const leave = () => void queue.stream.return()
  const finish = (last?: ExecutionResult) => {
    request.signal.removeEventListener('abort', leave)
    queue.end(last)
  }
  const dispose = sockets.subscribe(
    {
      query: request.query,
      ...(request.operationName === undefined ? {} : { operationName: request.operationName }),
      ...(request.variables === undefined ? {} : { variables: request.variables }),
      extensions: { viewerToken: request.viewerToken, requestId: request.requestId },
    },
    {
      next: (reply) => queue.push(resultOf(reply)),
      // Either the subgraph's refusal, a list of errors, or the end of the socket.
      error: (fault) => finish({ errors: Array.isArray(fault) ? fault.map(errorOf) : [unreachable(fault)] }),
      complete: () => finish(),
    },
  )
  if (request.signal.aborted) leave()
  else request.signal.addEventListener('abort', leave, { once: true })
  return queue.stream
}

const unreachable = (cause: unknown) =>
  codedError(
    'UNAVAILABLE',
    'A part of the graph cannot be reached. Try again.',
    {},
    { cause: cause instanceof Error ? cause : undefined },
  )
