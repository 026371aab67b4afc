import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { codedError } from '@planet/runtime/errors'
import type { Logger } from '@planet/runtime/log'
import type { Viewer } from '@planet/runtime/viewer'
import { type DocumentNode, GraphQLError, type GraphQLSchema } from 'graphql'
import { useServer } from 'graphql-ws/use/ws'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Operation } from '../admission.ts'
import { MAX_BODY_BYTES } from '../graphql-over-http.ts'
import { failedResult } from '../masking.ts'
import type { Operations } from '../operations.ts'
import { bearerToken, type TokenVerifier } from '../tokens.ts'

/** Operations that one socket may have open. */
export const MAX_OPERATIONS_PER_SOCKET = 100
const INIT_TIMEOUT_MS = 3_000
const HEARTBEAT_MS = 12_000
/** The longest time a timer can wait. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** What the gateway remembers of one socket. */
type Extra = {
  readonly socket: WebSocket
  viewer?: Viewer | null
  expiry?: NodeJS.Timeout
  open?: Map<string, AbortController>
}

/** graphql-ws wants execution arguments; the gateway's own engine executes, so what it needs rides in the context. */
type SocketArgs = {
  readonly schema: GraphQLSchema
  readonly document: DocumentNode
  readonly operationName: string | undefined
  readonly contextValue: {
    readonly operation: Operation
    readonly viewer: Viewer | null
    readonly requestId: string
    readonly abort: AbortController
  }
}

export type SocketServer = {
  readonly server: WebSocketServer
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
}

/**
 * graphql-ws at `/graphql` for subscriptions, queries and mutations. The access token comes as `authorization` in the
 * payload of `connection_init`; a token that is not valid closes the socket (4403), and so does its expiry. A socket
 * opened by a page of a foreign origin is refused.
 */
export function createSocketServer(parts: {
  readonly operations: Operations
  readonly verifyToken: TokenVerifier
  readonly allowedOrigins: readonly string[]
  readonly schema: GraphQLSchema
  readonly log: Logger
}): SocketServer {
  const { operations, verifyToken, log } = parts
  const server = new WebSocketServer({ noServer: true, maxPayload: MAX_BODY_BYTES })
  // The arguments are those that `onSubscribe` made.
  const contextOf = (args: unknown) => (args as SocketArgs).contextValue

  useServer<Record<string, unknown>, Extra>(
    {
      // Keeps the messages of errors out of close reasons.
      isProd: true,
      connectionInitWaitTimeout: INIT_TIMEOUT_MS,
      async onConnect({ connectionParams, extra }) {
        try {
          const given = connectionParams?.authorization
          const token = given === undefined || given === null ? undefined : bearerToken(String(given))
          const authenticated = token === undefined ? null : await verifyToken(token)
          extra.viewer = authenticated?.viewer ?? null
          if (authenticated) extra.expiry = closeAt(extra.socket, authenticated.expiresAt)
          return true
        } catch {
          return false
        }
      },
      onSubscribe({ extra }, id, payload): SocketArgs | readonly GraphQLError[] {
        // An error thrown here would close the socket and every other operation on it.
        const requestId = randomUUID()
        try {
          const open = (extra.open ??= new Map())
          if (open.size >= MAX_OPERATIONS_PER_SOCKET) {
            return [codedError('RATE_LIMITED', `A socket may have ${MAX_OPERATIONS_PER_SOCKET} operations open.`)]
          }
          const admission = operations.admit(payload, extra.viewer ?? null)
          if (!admission.ok) return admission.errors
          const { operation } = admission
          const abort = new AbortController()
          open.set(id, abort)
          return {
            schema: parts.schema,
            document: operation.document,
            operationName: operation.operationName,
            contextValue: { operation, viewer: extra.viewer ?? null, requestId, abort },
          }
        } catch (error) {
          return failedResult(error, requestId, log).errors ?? []
        }
      },
      execute: (args) => operations.execute(contextOf(args).operation, contextOf(args)),
      subscribe: (args) => operations.subscribe(contextOf(args).operation, contextOf(args)),
      onComplete: ({ extra }, id) => finish(extra, id),
      onError: ({ extra }, id) => finish(extra, id),
      onClose({ extra }) {
        clearTimeout(extra.expiry)
        for (const abort of extra.open?.values() ?? []) abort.abort()
      },
    },
    server,
    HEARTBEAT_MS,
  )

  return {
    server,
    upgrade(request, socket, head) {
      if (URL.parse(request.url ?? '', 'http://gateway')?.pathname !== '/graphql') return refuse(socket, '404 Not Found')
      if (!isOwnOrigin(request, parts.allowedOrigins)) return refuse(socket, '403 Forbidden')
      server.handleUpgrade(request, socket, head, (opened) => server.emit('connection', opened, request))
    },
  }
}

/** Programs send no origin; a page must be ours or allowed, because a browser lets any page open a socket anywhere. */
function isOwnOrigin(request: IncomingMessage, allowed: readonly string[]): boolean {
  const { origin, host } = request.headers
  if (origin === undefined || allowed.includes(origin)) return true
  return host !== undefined && URL.parse(origin)?.host === host
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
}

function finish(extra: Extra, id: string): void {
  extra.open?.get(id)?.abort()
  extra.open?.delete(id)
}

function closeAt(socket: WebSocket, expiresAt: Date): NodeJS.Timeout {
  const remainingMs = Math.min(expiresAt.getTime() - Date.now(), MAX_TIMER_MS)
  const timer = setTimeout(() => socket.close(4403, 'Token expired'), remainingMs)
  timer.unref()
  return timer
}
