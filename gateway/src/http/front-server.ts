import type { RequestListener, Server } from 'node:http'
import type { Socket } from 'node:net'
import { SERVER_OPTIONS } from '@planet/runtime/http'
import { isLeaving } from '@planet/runtime/leaving'
import { http } from '@planet/runtime/node-http'
import { PatientResponse } from '@planet/runtime/patient-response'
import { Abandonment } from '../abandonment.ts'
import { type Backlog, cutWhenStalled, SERVER_STALLED_MS } from './backlog.ts'
import type { Connection } from './hosts.ts'
import { type PlainRequest, readPlainRequest } from './plain-request.ts'

/** An answer on its way to the wire. */
export type WireReply = {
  readonly status: number
  /** Names and values by turns; what belongs to the connection is not among them. */
  readonly headers: readonly string[]
  /** In pieces that follow one another. */
  readonly body: readonly (string | Buffer)[]
  readonly bodyBytes: number
  /** Of the texts in the body. */
  readonly encoding: 'latin1' | 'utf8'
}

/** Answers a plain request; null if that is nothing for it. The connection ends if it rejects. */
export type AnswerPlain = (request: PlainRequest, abandonment: Abandonment, connection: Connection) => Promise<WireReply> | null

/** Pieces in which a request may come before it is left to the complete parser, which reads on instead of anew. */
const MAX_PIECES = 4
/** As long as the rest of a request may take to come before node:http waits for it, with a limit of its own. */
const HALF_MS = 2_000
const SWEEP_MS = 1_000
/** From here on, putting head and body into one text costs more than two pieces do. */
const LARGE_BYTES = 16 * 1024

/**
 * An HTTP server that answers plain requests itself, which costs half of what node:http takes for them, and leaves a
 * connection with anything else on it to node:http for the rest of its life, together with the bytes that have come. One
 * request of a connection is under way at a time.
 */
export class FrontServer extends http.Server {
  readonly #lanes = new Set<Lane>()

  constructor(listener: RequestListener, answerPlain: AnswerPlain, backlog: Backlog) {
    super({ ...SERVER_OPTIONS, ServerResponse: PatientResponse }, listener)
    this.timeout = SERVER_STALLED_MS
    // What node:http itself does with a new connection.
    const [toHttp] = this.listeners('connection')
    this.removeAllListeners('connection')
    this.on('connection', (socket: Socket) => {
      const lane = new Lane(socket, answerPlain, {
        server: this,
        backlog,
        leave: () => void this.#lanes.delete(lane),
        handOver: (bytes) => {
          socket.pause()
          if (bytes) socket.unshift(bytes)
          toHttp?.call(this, socket)
          process.nextTick(() => socket.resume())
        },
      })
      this.#lanes.add(lane)
    })
    let sweeper: NodeJS.Timeout | undefined
    this.on('listening', () => {
      sweeper = setInterval(() => this.#sweep(), SWEEP_MS).unref()
    })
    this.on('close', () => clearInterval(sweeper))
  }

  override closeIdleConnections(): void {
    super.closeIdleConnections()
    for (const lane of this.#lanes) lane.closeIfIdle()
  }

  override closeAllConnections(): void {
    super.closeAllConnections()
    for (const lane of this.#lanes) lane.close()
  }

  #sweep(): void {
    const now = performance.now()
    const { keepAliveTimeout, headersTimeout, requestTimeout } = this
    for (const lane of this.#lanes) {
      lane.closeIfIdleSince(now - keepAliveTimeout, now - Math.min(keepAliveTimeout, headersTimeout))
      lane.giveUpIfHalfSince(now - Math.min(HALF_MS, requestTimeout))
    }
  }
}

type Surroundings = {
  readonly server: Server
  readonly backlog: Backlog
  readonly leave: () => void
  readonly handOver: (bytes: Buffer | null) => void
}

/** A connection whose requests have all been plain so far. */
class Lane {
  readonly #socket: Socket
  readonly #answer: AnswerPlain
  readonly #surroundings: Surroundings
  readonly #bearStalls: () => void
  /** Bytes that have come of the next request. */
  #pending: Buffer | null = null
  #pieces = 0
  /** Of the request under way. */
  #abandonment: Abandonment | null = null
  /** When it was opened, answered a request last, or got the first bytes of the next one. */
  #lastActiveAt = performance.now()
  #hasServed = false

  constructor(socket: Socket, answer: AnswerPlain, surroundings: Surroundings) {
    this.#socket = socket
    this.#answer = answer
    this.#surroundings = surroundings
    this.#bearStalls = cutWhenStalled(socket)
    socket.on('data', this.#take).on('end', this.#end).on('close', this.#leave).on('error', this.#fail).on('drain', this.#goOn)
  }

  close(): void {
    this.#socket.destroy()
  }

  closeIfIdle(): void {
    if (!this.#abandonment && !this.#pending) this.close()
  }

  /** Closes it if it has waited for a request since before `idleSince`, or for the first since before `newSince`. */
  closeIfIdleSince(idleSince: number, newSince: number): void {
    if (!this.#abandonment && !this.#pending && this.#lastActiveAt < (this.#hasServed ? idleSince : newSince)) this.close()
  }

  giveUpIfHalfSince(halfSince: number): void {
    if (this.#abandonment || !this.#pending || this.#socket.writableNeedDrain) return
    if (this.#lastActiveAt < halfSince) this.#giveUp(this.#pending)
  }

  readonly #take = (bytes: Buffer): void => {
    if (!this.#pending && !this.#abandonment) this.#lastActiveAt = performance.now()
    this.#pending = this.#pending ? Buffer.concat([this.#pending, bytes]) : bytes
    this.#pieces++
    if (this.#abandonment || this.#socket.writableNeedDrain) this.#socket.pause()
    else this.#begin()
  }

  #begin(): void {
    const bytes = this.#pending
    if (!bytes) return
    const request = readPlainRequest(bytes)
    if (request === 'incomplete') {
      if (this.#pieces >= MAX_PIECES) this.#giveUp(bytes)
      return
    }
    const abandonment = new Abandonment()
    const reply = request && this.#answer(request, abandonment, this.#socket)
    if (!reply) return this.#giveUp(bytes)
    this.#pending = bytes.length > request.size ? bytes.subarray(request.size) : null
    this.#pieces = 0
    this.#hasServed = true
    this.#abandonment = abandonment
    reply.then(this.#send).catch(this.#fail)
  }

  readonly #send = ({ status, headers, body, bodyBytes, encoding }: WireReply): void => {
    this.#abandonment = null
    const socket = this.#socket
    if (socket.destroyed) return
    const { server, backlog } = this.#surroundings
    let head = `HTTP/1.1 ${status} ${http.STATUS_CODES[status] ?? ''}\r\n`
    for (let at = 0; at < headers.length; at += 2) head += `${headers[at]}: ${headers[at + 1]}\r\n`
    head += `content-length: ${bodyBytes}\r\ndate: ${dateNow()}\r\n`
    const isLast = isLeaving(server)
    head += isLast
      ? 'connection: close\r\n\r\n'
      : `connection: keep-alive\r\nkeep-alive: timeout=${Math.floor(server.keepAliveTimeout / 1000)}\r\n\r\n`
    const [first] = body
    if (body.length === 1 && typeof first === 'string' && bodyBytes < LARGE_BYTES) socket.write(head + first, encoding)
    else {
      socket.cork()
      socket.write(head, 'latin1')
      for (const piece of body) socket.write(piece, encoding)
      socket.uncork()
    }
    this.#lastActiveAt = performance.now()
    backlog.wrote(socket)
    if (isLast) socket.end()
    else if (!socket.writableNeedDrain) this.#goOn()
  }

  /** Reads on once an answer is out, so that a client that does not read its answers cannot pile them up here. */
  readonly #goOn = (): void => {
    if (this.#abandonment) return
    if (this.#pending) this.#begin()
    if (this.#socket.isPaused()) this.#socket.resume()
  }

  #giveUp(bytes: Buffer): void {
    const socket = this.#socket
    socket
      .off('data', this.#take)
      .off('end', this.#end)
      .off('close', this.#leave)
      .off('error', this.#fail)
      .off('drain', this.#goOn)
    this.#bearStalls()
    this.#surroundings.leave()
    this.#surroundings.handOver(bytes)
  }

  /** As node:http does: who sends no more does not wait for an answer either. */
  readonly #end = (): void => void this.#socket.end()

  readonly #fail = (): void => this.close()

  readonly #leave = (): void => {
    this.#surroundings.leave()
    this.#abandonment?.abort()
  }
}

let dateSecond = 0
let dateText = ''

function dateNow(): string {
  const second = Math.floor(Date.now() / 1000)
  if (second !== dateSecond) {
    dateSecond = second
    dateText = new Date(second * 1000).toUTCString()
  }
  return dateText
}
