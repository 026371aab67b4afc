import type { GraphQLError } from 'graphql'
import { CloseCode, MessageType } from 'graphql-ws'

/** Why the gateway closes a socket; `docs/events.md` says what each asks of the client. The first ones are the protocol's. */
export const CLOSE = {
  badMessage: [CloseCode.BadRequest, 'Invalid message'],
  notInitialised: [CloseCode.Unauthorized, 'Unauthorized'],
  forbidden: [CloseCode.Forbidden, 'Forbidden'],
  wrongProtocol: [CloseCode.SubprotocolNotAcceptable, 'Subprotocol not acceptable'],
  initTimeout: [CloseCode.ConnectionInitialisationTimeout, 'Connection initialisation timeout'],
  initTwice: [CloseCode.TooManyInitialisationRequests, 'Too many initialisation requests'],
  tokenExpired: [CloseCode.Forbidden, 'Token expired'],
  tokenOfAnother: [CloseCode.Forbidden, 'Token of another viewer'],
  tokenRevoked: [CloseCode.Forbidden, 'Token revoked'],
  tooManySockets: [CloseCode.TooManyInitialisationRequests, 'Too many connections'],
  tooManyMessages: [CloseCode.TooManyInitialisationRequests, 'Too many messages'],
  unavailable: [1013, 'Try again later'],
  goingAway: [1001, 'Going away'],
} as const satisfies Record<string, readonly [number, string]>

export type CloseReason = (typeof CLOSE)[keyof typeof CLOSE]

/** An id is repeated in every message of its operation. */
export const MAX_ID_LENGTH = 256

export const duplicateOperation = (id: string) =>
  [
    CloseCode.SubscriberAlreadyExists,
    Buffer.byteLength(id) <= 64 ? `Subscriber for ${id} already exists` : 'Subscriber already exists',
  ] as const

export const messageOf = (type: MessageType, rest: object = {}): string => JSON.stringify({ ...rest, type })

export const errorMessage = (id: string, errors: readonly GraphQLError[]): string =>
  messageOf(MessageType.Error, { id, payload: errors })

/** Clients that count their operations have the same few ids, and then the same bytes. */
const SHORT_ID = 4
const shortHeads = new Map<string, Buffer>()

/** What stands before the payload of an event. The same object for the same short id. */
export function headOfNext(id: string): Buffer {
  const known = shortHeads.get(id)
  if (known) return known
  const head = Buffer.from(`{"id":${JSON.stringify(id)},"type":"next","payload":`)
  if (id.length <= SHORT_ID && shortHeads.size < 1_000) shortHeads.set(id, head)
  return head
}

const TEXT_FRAME = 0x81

/** The bytes that stand before a text message of a server on a WebSocket. */
function writeHeader(target: Buffer, length: number): number {
  target[0] = TEXT_FRAME
  if (length < 126) {
    target[1] = length
    return 2
  }
  if (length < 65_536) {
    target[1] = 126
    target[2] = length >>> 8
    target[3] = length & 0xff
    return 4
  }
  target[1] = 127
  target.writeBigUInt64BE(BigInt(length), 2)
  return 10
}

const headerLength = (length: number) => (length < 126 ? 2 : length < 65_536 ? 4 : 10)

let last: { readonly head: Buffer; readonly tail: Buffer; readonly frame: Buffer } | null = null

/**
 * A text message `head` + `tail` as it goes over the wire: no extension, not masked, in one piece. The same bytes are made
 * once when they are asked for several times in a row; nobody may change them.
 */
export function webSocketFrame(head: Buffer, tail: Buffer): Buffer {
  if (last && last.tail === tail && last.head === head) return last.frame
  const length = head.length + tail.length
  const start = headerLength(length)
  const frame = Buffer.allocUnsafe(start + length)
  writeHeader(frame, length)
  frame.set(head, start)
  frame.set(tail, start + head.length)
  last = { head, tail, frame }
  return frame
}

/**
 * As `webSocketFrame`, without `tail`, which is sent after it. Memory of its own: as a piece of the common pool it would hold
 * on to pieces of others for as long as it waits.
 */
export function webSocketOpening(head: Buffer, tail: Buffer): Buffer {
  const length = head.length + tail.length
  const start = headerLength(length)
  const frame = Buffer.allocUnsafeSlow(start + head.length)
  writeHeader(frame, length)
  frame.set(head, start)
  return frame
}
