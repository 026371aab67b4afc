import { connect as connectPlain, isIP, type Socket } from 'node:net'
import { connect as connectSecure } from 'node:tls'
import type { AbortSource } from '../abandonment.ts'
import { startDeadline, TookTooLong } from '../deadline.ts'
import { createReplyReader, type HttpReply } from './http-reply.ts'
import { Unanswered } from './unanswered.ts'

/** One request: `text` is all of it, head and body. */
export type PoolRequest = {
  readonly text: string
  /** Whether the text is ASCII. */
  readonly isAscii: boolean
  /** What the text says its name is. Where it has one, its reply must repeat it for the connection to be used again. */
  readonly exchangeId?: string | undefined
  /** Ends the request and its connection when it aborts. */
  readonly signal: AbortSource
  /** How long the reply is waited for, the turn and the connection included. */
  readonly timeoutMs: number
}

/** Kept-alive HTTP/1.1 connections to one origin. */
export type HttpPool = {
  /**
   * Calls one of the two once: `reject` if the server cannot be reached or breaks off (`Unanswered`), does not answer in time
   * (`TookTooLong`), answers no HTTP, or the signal aborts. The reply is to be read within the call.
   */
  exchange(request: PoolRequest, resolve: (reply: HttpReply) => void, reject: (reason: unknown) => void): void
  /** Opens a connection of its own and closes it again; tells once whether that could be done in time. */
  knock(take: (isThere: boolean) => void): void
  /** Rejects the requests that wait for their turn, as `withdrawn`. */
  withdraw(): void
  /** Ends all connections; requests under way are rejected. */
  close(): void
}

type Exchange = {
  readonly request: PoolRequest
  readonly resolve: (reply: HttpReply) => void
  readonly reject: (reason: unknown) => void
  readonly onAbort: () => void
  readonly callOff: () => void
  connection: Connection | null
}

type Connection = {
  readonly socket: Socket
  exchange: Exchange | null
  /** True once it is open. */
  isOpen: boolean
  /** When the server may close it, by `performance.now()`. */
  idleUntil: number
}

/** Bytes are taken out of it before the next are read, so one serves all connections. */
const READ_BUFFER = Buffer.allocUnsafeSlow(1024 * 1024)

/**
 * A client for what the gateway asks of subgraphs and nothing else, which is why it costs a fraction of a general one: a
 * request is one write, a reply usually one read that is decoded from the buffer it came in. More requests than
 * `connections` wait for their turn.
 */
export function createHttpPool(
  origin: URL,
  options: { readonly connections: number; readonly maxReplyBytes: number; readonly connectTimeoutMs: number },
): HttpPool {
  const idle: Connection[] = []
  const all = new Set<Connection>()
  const waiting = new Set<Exchange>()

  const settle = (exchange: Exchange) => {
    exchange.callOff()
    exchange.request.signal.removeEventListener('abort', exchange.onAbort)
    waiting.delete(exchange)
    if (exchange.connection) exchange.connection.exchange = null
    exchange.connection = null
  }
  const drop = (connection: Connection) => {
    all.delete(connection)
    const position = idle.indexOf(connection)
    if (position !== -1) idle.splice(position, 1)
    connection.socket.destroy()
  }
  const serveNext = () => {
    const [next] = waiting
    if (next && (idle.length > 0 || all.size < options.connections)) {
      waiting.delete(next)
      start(next)
    }
  }
  /** Called for whatever ends a connection; the exchange that it carried fails. */
  const fail = (connection: Connection, reason: unknown) => {
    const { exchange } = connection
    drop(connection)
    if (exchange) {
      settle(exchange)
      exchange.reject(reason)
    }
    if (waiting.size > 0) serveNext()
  }
  const failUnanswered = (connection: Connection, cause: unknown) => {
    if (cause instanceof TookTooLong) fail(connection, cause)
    else fail(connection, new Unanswered(connection.isOpen ? 'broken' : 'absent', cause))
  }
  const finish = (connection: Connection, reply: HttpReply) => {
    const { exchange } = connection
    if (!exchange) return fail(connection, new Error('a reply came that nobody asked for'))
    const { exchangeId } = exchange.request
    const isProven = exchangeId === undefined || reply.exchangeId !== null
    if (exchangeId !== undefined && isProven && reply.exchangeId !== exchangeId)
      return fail(connection, new Unanswered('broken', new Error('a reply came to another request')))
    settle(exchange)
    // What nobody asked for could follow, and be taken for the reply to whatever comes next.
    if (reply.keptMs > 0 && isProven) {
      connection.idleUntil = performance.now() + reply.keptMs
      idle.push(connection)
    } else drop(connection)
    if (waiting.size > 0) serveNext()
    exchange.resolve(reply)
  }

  const open = (): Connection => {
    const reader = createReplyReader(options.maxReplyBytes)
    const take = (bytes: Buffer) => {
      let reply: HttpReply | null
      try {
        if (!connection.exchange) throw new Error('a server sent what nobody asked for')
        reply = reader.read(bytes)
      } catch (error) {
        fail(connection, error)
        return
      }
      if (reply) finish(connection, reply)
    }
    const socket = connectTo(origin, take)
    const connection: Connection = { socket, exchange: null, isOpen: false, idleUntil: 0 }
    const timer = setTimeout(() => socket.destroy(new TookTooLong()), options.connectTimeoutMs)
    socket.once(openedBy(origin), () => {
      clearTimeout(timer)
      connection.isOpen = true
    })
    socket.on('end', () => {
      try {
        finish(connection, reader.end())
      } catch (error) {
        failUnanswered(connection, error)
      }
    })
    socket.on('error', (error) => failUnanswered(connection, error))
    socket.on('close', () => {
      clearTimeout(timer)
      if (all.has(connection)) failUnanswered(connection, new Error('a connection was closed'))
    })
    all.add(connection)
    return connection
  }

  const takeIdle = (): Connection | undefined => {
    const now = performance.now()
    // The one used last is the one that the server keeps longest.
    for (let connection = idle.pop(); connection; connection = idle.pop()) {
      if (now < connection.idleUntil) return connection
      drop(connection)
    }
    return undefined
  }

  function start(exchange: Exchange): void {
    const connection = takeIdle() ?? (all.size < options.connections ? open() : undefined)
    if (!connection) return void waiting.add(exchange)
    connection.exchange = exchange
    exchange.connection = connection
    const { text, isAscii } = exchange.request
    // The same bytes as in UTF-8, copied as they are.
    connection.socket.write(text, isAscii ? 'latin1' : 'utf8')
  }

  const begin: HttpPool['exchange'] = (request, resolve, reject) => {
    const { signal } = request
    if (signal.aborted) return reject(signal.reason)
    const giveUp = (reason: unknown) => {
      const { connection } = exchange
      settle(exchange)
      reject(reason)
      // Its reply may still come, so the connection is of no use to another request.
      if (connection) fail(connection, reason)
    }
    const onAbort = () => giveUp(signal.reason)
    const callOff = startDeadline(request.timeoutMs, giveUp)
    const exchange: Exchange = { request, resolve, reject, onAbort, callOff, connection: null }
    signal.addEventListener('abort', onAbort, { once: true })
    start(exchange)
  }

  const rejectWaiting = (reason: Error) => {
    for (const exchange of [...waiting]) {
      settle(exchange)
      exchange.reject(reason)
    }
  }

  return {
    exchange: begin,
    knock(take) {
      const socket = connectTo(origin, () => {})
      const timer = setTimeout(() => socket.destroy(), options.connectTimeoutMs)
      let isThere = false
      socket.once(openedBy(origin), () => {
        isThere = true
        socket.destroy()
      })
      // What went wrong is told by the close that follows.
      socket.on('error', () => {})
      socket.once('close', () => {
        clearTimeout(timer)
        take(isThere)
      })
    },
    withdraw: () => rejectWaiting(new Unanswered('withdrawn', undefined)),
    close() {
      const reason = new Error('the connections were closed')
      rejectWaiting(reason)
      for (const connection of [...all]) fail(connection, reason)
    },
  }
}

const openedBy = ({ protocol }: URL) => (protocol === 'https:' ? 'secureConnect' : 'connect')

/** Bytes come in a buffer that is used again, where the platform can do so. */
function connectTo(origin: URL, take: (bytes: Buffer) => void): Socket {
  // An IPv6 address stands in brackets there.
  const host = origin.hostname.replace(/^\[|\]$/g, '')
  if (origin.protocol === 'https:') {
    const name = isIP(host) ? {} : { servername: host }
    const socket = connectSecure({ host, port: Number(origin.port || 443), ...name, ALPNProtocols: ['http/1.1'] })
    return socket.setNoDelay(true).on('data', take)
  }
  return connectPlain({
    host,
    port: Number(origin.port || 80),
    noDelay: true,
    onread: {
      buffer: READ_BUFFER,
      callback: (count) => {
        take(READ_BUFFER.subarray(0, count))
        return true
      },
    },
  })
}
