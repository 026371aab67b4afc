import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Logger } from '@planet/runtime/log'
import { GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws'
import { WebSocketServer } from 'ws'
import { asksForCost } from '../admission/cost/price.ts'
import { addressOfRequest } from '../http/address.ts'
import { type Backlog, cutWhenStalled } from '../http/backlog.ts'
import { type Hosts, isForKnownHost } from '../http/hosts.ts'
import type { Authenticated, TokenVerifier } from '../identity/tokens.ts'
import type { Operations } from '../operations.ts'
import { type Connection, createConnection } from './connection.ts'
import { drainConnections } from './drain.ts'
import { createTally, type SocketLimits } from './limits.ts'
import { CLOSE } from './protocol.ts'

/** How often sockets are looked at for what is overdue. One timer serves all. */
const SWEEP_MS = 250
/** How long a socket that is being closed waits for its client to close it too. */
const CLOSE_TIMEOUT_MS = 5_000

export type SocketServer = {
  readonly upgrade: (request: IncomingMessage, connection: Duplex, head: Buffer) => void
  /** Sockets that are open. */
  readonly size: () => number
  /** What the tokens say that sockets are open with. */
  authenticated(): readonly Authenticated[]
  /** Closes the sockets whose token `isRevoked` says is. */
  closeRevoked(isRevoked: (authenticated: Authenticated) => boolean): void
  /** Opens no more. Sends all clients away, within `graceMs`, and resolves once they have gone; `onTold` once they know. */
  drain(graceMs: number, onTold: () => void): Promise<void>
}

/**
 * graphql-transport-ws at `/graphql` for subscriptions, queries and mutations. The access token comes as `authorization` in
 * the payload of `connection_init`, and a new one in that of a `ping`; a token that is not valid closes the socket (4403),
 * and so does its expiry. A socket opened by a page of a foreign origin is refused.
 */
export function createSocketServer(parts: {
  readonly hosts: Hosts
  readonly operations: Operations
  readonly verifyToken: TokenVerifier
  readonly allowedOrigins: readonly string[]
  readonly trustedProxies: number
  readonly limits: SocketLimits
  readonly backlog: Backlog
  /** Of the data of one answer. */
  readonly maxAnswerBytes: number
  readonly log: Logger
}): SocketServer {
  const { limits } = parts
  const connections = new Set<Connection>()
  const addresses = createTally()
  const users = createTally()
  let isDraining = false
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: limits.messageBytes,
    // What is sent is written without it, see `Outlet`.
    perMessageDeflate: false,
    // Not among its declared options.
    ...{ closeTimeout: CLOSE_TIMEOUT_MS },
    clientTracking: false,
    // A client that speaks another protocol is told so when it is open, because a browser does not see why it was refused.
    handleProtocols: (offered) =>
      offered.has(GRAPHQL_TRANSPORT_WS_PROTOCOL) ? GRAPHQL_TRANSPORT_WS_PROTOCOL : ([...offered][0] ?? false),
  })
  const sweep = setInterval(() => {
    const nowMs = Date.now()
    for (const connection of connections) connection.check(nowMs)
  }, SWEEP_MS)
  sweep.unref()

  const open = (request: IncomingMessage, transport: Duplex, head: Buffer) => {
    const address = request.socket.remoteAddress ?? ''
    if (!addresses.add(address, limits.socketsPerAddress)) return refuse(transport, '429 Too Many Requests')
    let isUser = false
    const onGone = () => {
      if (!isUser) addresses.remove(address)
    }
    // Until the handshake is over; afterwards it is the socket's own end that counts.
    transport.once('close', onGone)
    server.handleUpgrade(request, transport, head, (socket) => {
      transport.off('close', onGone)
      cutWhenStalled(request.socket)
      const connection = createConnection(
        {
          ...parts,
          address: addressOfRequest(request, parts.trustedProxies),
          wantsCost: asksForCost(request.headers),
          admitUser({ userId }) {
            if (!users.add(userId, limits.socketsPerUser)) return false
            isUser = true
            addresses.remove(address)
            return true
          },
        },
        socket,
        transport,
        (authenticated) => {
          connections.delete(connection)
          onGone()
          if (isUser && authenticated) users.remove(authenticated.viewer.userId)
        },
      )
      connections.add(connection)
      if (socket.protocol !== GRAPHQL_TRANSPORT_WS_PROTOCOL) connection.close(CLOSE.wrongProtocol)
      else if (isDraining) connection.close(CLOSE.goingAway)
    })
  }

  return {
    size: () => connections.size,
    upgrade(request, transport, head) {
      if (URL.parse(request.url ?? '', 'http://gateway')?.pathname !== '/graphql') return refuse(transport, '404 Not Found')
      if (!isForKnownHost(parts.hosts, request)) return refuse(transport, '421 Misdirected Request')
      if (!isOwnOrigin(request, parts.allowedOrigins)) return refuse(transport, '403 Forbidden')
      if (isDraining) return refuse(transport, '503 Service Unavailable')
      open(request, transport, head)
    },
    authenticated: () => [...connections].flatMap((connection) => connection.authenticated() ?? []),
    closeRevoked(isRevoked) {
      for (const connection of connections) {
        const authenticated = connection.authenticated()
        if (authenticated && isRevoked(authenticated)) connection.close(CLOSE.tokenRevoked)
      }
    },
    async drain(graceMs, onTold) {
      isDraining = true
      await drainConnections(connections, graceMs, onTold)
      clearInterval(sweep)
      server.close()
    },
  }
}

/** Programs send no origin; a page must be ours or allowed, because a browser lets any page open a socket anywhere. */
function isOwnOrigin(request: IncomingMessage, allowed: readonly string[]): boolean {
  const { origin, host } = request.headers
  if (origin === undefined || allowed.includes(origin)) return true
  return host !== undefined && URL.parse(origin)?.host === host
}

function refuse(connection: Duplex, status: string): void {
  connection.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
}
