import { randomUUID } from 'node:crypto'
import type { Duplex } from 'node:stream'
import { codedError, isCoded } from '@planet/runtime/errors'
import type { Logger } from '@planet/runtime/log'
import { isNestedDeeper } from '@planet/runtime/nesting'
import type { Viewer } from '@planet/runtime/viewer'
import { MessageType, parseMessage, type SubscribePayload } from 'graphql-ws'
import type { RawData, WebSocket } from 'ws'
import type { Operation } from '../admission/admission.ts'
import { asksForCost } from '../admission/cost/price.ts'
import { LIMITS } from '../admission/limits.ts'
import { refusedWith } from '../answer.ts'
import type { Backlog } from '../http/backlog.ts'
import { type Authenticated, bearerToken, type TokenVerifier } from '../identity/tokens.ts'
import { maskErrors } from '../masking.ts'
import type { Caller, Operations } from '../operations.ts'
import { frameOf } from './frame.ts'
import { Bucket, type SocketLimits } from './limits.ts'
import { createOutlet } from './outlet.ts'
import { CLOSE, type CloseReason, duplicateOperation, errorMessage, MAX_ID_LENGTH, messageOf } from './protocol.ts'
import { SocketSubscriber } from './socket-subscriber.ts'
import type { Subscription } from './subscriber.ts'

/** What the sockets of a gateway share, and where each comes from. */
export type ConnectionParts = {
  readonly operations: Operations
  /** Where on the network the client is. */
  readonly address: string
  /** Whether results say what they cost, all of them. */
  readonly wantsCost: boolean
  readonly verifyToken: TokenVerifier
  readonly limits: SocketLimits
  readonly backlog: Backlog
  /** Of the data of one answer. */
  readonly maxAnswerBytes: number
  readonly log: Logger
  /** False if this user has as many sockets as it may. Called once per socket, when it has said who it is. */
  readonly admitUser: (viewer: Viewer) => boolean
}

/** One client's socket. */
export type Connection = {
  readonly authenticated: () => Authenticated | null
  /** Closes what has said nothing, or whose token or sign of life is overdue. */
  check(nowMs: number): void
  close(reason: CloseReason): void
  /** Tells its subscriptions where to go on, then closes it once what it asked has been answered. */
  drain(retryAfterMs: number): void
  terminate(): void
}

/** For whom an operation of a socket is run. */
type OfSocket = Pick<Caller, 'viewer' | 'address' | 'wantsCost'>

/** An operation that is open on a socket. */
type Open = { leave(): void; drain(retryAfterMs: number): void }

/** Speaks graphql-transport-ws on a socket that has been opened. */
export function createConnection(
  parts: ConnectionParts,
  socket: WebSocket,
  transport: Duplex,
  onClosed: (authenticated: Authenticated | null) => void,
): Connection {
  const { limits, operations, log } = parts
  const outlet = createOutlet(socket, transport, parts.backlog)
  const open = new Map<string, Open>()
  const openedAtMs = Date.now()
  const bucket = new Bucket(limits.messagesPerSecond, openedAtMs)
  let { wantsCost } = parts
  let isInitialised = false
  let isAcknowledged = false
  let isAlive = true
  let isDraining = false
  let askedAtMs = openedAtMs
  let authenticated: Authenticated | null = null

  const leaveAll = () => {
    for (const operation of open.values()) operation.leave()
    open.clear()
  }
  const close = ([code, text]: readonly [number, string]) => {
    if (!outlet.isOpen()) return
    socket.close(code, text)
    leaveAll()
  }
  const finish = (id: string) => {
    open.delete(id)
    if (isDraining && open.size === 0) close(CLOSE.goingAway)
  }

  /** Whoever asks and does not read must not fill our memory with answers; one that is large may be on its way. */
  const isOverfull = () => outlet.waitingBytes() > limits.bufferedBytes + parts.maxAnswerBytes

  /** Null closes the socket: what was sent is no valid token of a viewer who may be here. */
  const authenticate = async (given: unknown): Promise<{ readonly token: Authenticated | null } | null> => {
    try {
      const token = given === undefined || given === null ? undefined : bearerToken(String(given))
      return { token: token === undefined ? null : await parts.verifyToken(token) }
    } catch (error) {
      close(isCoded(error) && error.extensions.code === 'UNAVAILABLE' ? CLOSE.unavailable : CLOSE.forbidden)
      return null
    }
  }

  const initialise = async (payload: Readonly<Record<string, unknown>> | undefined) => {
    if (isInitialised) return close(CLOSE.initTwice)
    isInitialised = true
    wantsCost ||= asksForCost(payload)
    const found = await authenticate(payload?.authorization)
    if (!found || !outlet.isOpen()) return
    if (found.token && !parts.admitUser(found.token.viewer)) return close(CLOSE.tooManySockets)
    authenticated = found.token
    isAcknowledged = true
    outlet.sendText(messageOf(MessageType.ConnectionAck))
  }

  /** A new token for the same viewer, before the old one expires. It is not sent back. */
  const refresh = async (authorization: unknown) => {
    const found = await authenticate(authorization)
    if (!found || !outlet.isOpen()) return
    if (!found.token || !authenticated || !isSameViewer(found.token.viewer, authenticated.viewer))
      return close(CLOSE.tokenOfAnother)
    authenticated = found.token
    outlet.sendText(messageOf(MessageType.Pong, { payload: { expiresAt: authenticated.expiresAt } }))
  }

  const callerOf = ({ extensions }: SubscribePayload): OfSocket => ({
    viewer: authenticated?.viewer ?? null,
    address: parts.address,
    wantsCost: wantsCost || asksForCost(extensions),
  })

  const watch = (id: string, operation: Operation, caller: OfSocket) => {
    let subscription: Subscription | undefined
    let isGone = false
    const subscriber = new SocketSubscriber(outlet, id, limits.bufferedBytes, () => finish(id))
    open.set(id, {
      leave() {
        isGone = true
        subscriber.leave()
        subscription?.leave()
      },
      drain: (retryAfterMs) => subscription?.drain(retryAfterMs),
    })
    operations.watch(operation, caller, subscriber).then(
      (opened) => {
        subscription = opened
        if (isGone) opened.leave()
      },
      (error: unknown) => subscriber.end(frameOf(refusedWith(maskErrors([error], randomUUID(), log)))),
    )
  }

  const answer = async (id: string, operation: Operation, caller: OfSocket, requestId: string) => {
    const abort = new AbortController()
    const entry: Open = { leave: () => abort.abort(), drain() {} }
    open.set(id, entry)
    const subscriber = new SocketSubscriber(outlet, id, limits.bufferedBytes, () => finish(id))
    const result = await operations
      .answer(operation, { ...caller, requestId, abort })
      .catch((error: unknown) => refusedWith(maskErrors([error], requestId, log)))
    if (open.get(id) !== entry) return
    if (isOverfull()) socket.terminate()
    else subscriber.end(frameOf(result))
  }

  const start = (id: string, payload: SubscribePayload) => {
    if (!isAcknowledged) return close(CLOSE.notInitialised)
    if (id.length > MAX_ID_LENGTH) return close(CLOSE.badMessage)
    if (open.has(id)) return close(duplicateOperation(id))
    const requestId = randomUUID()
    try {
      if (open.size >= limits.operationsPerSocket) {
        const refusal = codedError('RATE_LIMITED', `A socket may have ${limits.operationsPerSocket} operations open.`)
        return outlet.sendText(errorMessage(id, [refusal]))
      }
      const caller = callerOf(payload)
      const admission = operations.admit(payload, caller.viewer)
      if (!admission.ok) return outlet.sendText(errorMessage(id, admission.errors))
      if (admission.operation.definition.operation === 'subscription') return watch(id, admission.operation, caller)
      void answer(id, admission.operation, caller, requestId)
    } catch (error) {
      outlet.sendText(errorMessage(id, maskErrors([error], requestId, log)))
    }
  }

  const hear = (data: RawData, isBinary: boolean) => {
    isAlive = true
    if (!outlet.isOpen()) return
    if (!bucket.take(limits.messagesPerSecond, Date.now())) return close(CLOSE.tooManyMessages)
    if (isOverfull()) return socket.terminate()
    const message = isBinary ? null : parsed(data)
    switch (message?.type) {
      case MessageType.ConnectionInit:
        return void initialise(message.payload)
      case MessageType.Ping:
        if (message.payload?.authorization !== undefined) return void refresh(message.payload.authorization)
        // Writing it again recurses.
        if (isNestedDeeper(message.payload, LIMITS.nesting)) return close(CLOSE.badMessage)
        return outlet.sendText(messageOf(MessageType.Pong, message.payload ? { payload: message.payload } : {}))
      case MessageType.Pong:
        return
      case MessageType.Subscribe:
        return start(message.id, message.payload)
      case MessageType.Complete: {
        const operation = open.get(message.id)
        open.delete(message.id)
        return operation?.leave()
      }
      default:
        return close(CLOSE.badMessage)
    }
  }

  socket.on('message', hear)
  socket.on('ping', () => {
    isAlive = true
  })
  socket.on('pong', () => {
    isAlive = true
  })
  // What is wrong with a frame closes the socket, which is all there is to do about it.
  socket.on('error', () => {})
  socket.on('close', () => {
    leaveAll()
    outlet.closed()
    onClosed(authenticated)
  })

  return {
    authenticated: () => authenticated,
    check(nowMs) {
      if (!outlet.isOpen()) return
      if (!isInitialised && nowMs - openedAtMs >= limits.initTimeoutMs) return close(CLOSE.initTimeout)
      if (authenticated && nowMs >= authenticated.expiresAt.getTime()) return close(CLOSE.tokenExpired)
      if (nowMs - askedAtMs < limits.heartbeatMs) return
      if (!isAlive) return socket.terminate()
      isAlive = false
      askedAtMs = nowMs
      socket.ping()
    },
    close,
    drain(retryAfterMs) {
      isDraining = true
      for (const operation of [...open.values()]) operation.drain(retryAfterMs)
      if (open.size === 0) close(CLOSE.goingAway)
    },
    terminate: () => socket.terminate(),
  }
}

function parsed(data: RawData) {
  try {
    return Buffer.isBuffer(data) ? parseMessage(data.toString()) : null
  } catch {
    return null
  }
}

const isSameViewer = (one: Viewer, other: Viewer) =>
  one.userId === other.userId && [...one.roles].sort().join() === [...other.roles].sort().join()
