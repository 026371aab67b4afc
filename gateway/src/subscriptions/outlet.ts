import type { Duplex } from 'node:stream'
import { WebSocket } from 'ws'
import type { Backlog } from '../http/backlog.ts'
import { webSocketFrame, webSocketOpening } from './protocol.ts'

/** A payload from here on is not copied per socket. */
const SHARED_FROM_BYTES = 16 * 1024
/** Nor is any payload for a socket on which that much waits already: those that do not read share what they wait for. */
const BEHIND_FROM_BYTES = 16 * 1024
const NOTHING = Buffer.alloc(0)

/**
 * What one socket sends. Messages go straight to the connection, one write each: with no extension agreed on, which the
 * server sees to, that is all that `WebSocket.send` would come to.
 */
export type Outlet = {
  isOpen(): boolean
  /** What waits to be sent, in bytes. */
  waitingBytes(): number
  /** Whether the network does not take more now; `onceDrained` tells when it does. */
  isFull(): boolean
  /** One message of both parts. */
  send(head: Buffer, tail: Buffer): void
  sendText(text: string): void
  hold(): void
  release(): void
  /** Calls back once more can be sent, or never will. */
  onceDrained(callback: () => void): void
  /** Call it when the socket has closed. */
  closed(): void
}

export function createOutlet(webSocket: WebSocket, connection: Duplex, backlog: Backlog): Outlet {
  let waiting: Set<() => void> | null = null
  const wake = () => {
    const woken = [...(waiting ?? [])]
    waiting?.clear()
    for (const callback of woken) callback()
  }
  const isOpen = () => webSocket.readyState === WebSocket.OPEN
  const send = (head: Buffer, tail: Buffer) => {
    if (!isOpen()) return
    if (tail.length < SHARED_FROM_BYTES && connection.writableLength < BEHIND_FROM_BYTES) {
      connection.write(webSocketFrame(head, tail))
    } else {
      connection.cork()
      connection.write(webSocketOpening(head, tail))
      if (tail.length > 0) connection.write(tail)
      connection.uncork()
    }
    backlog.wrote(connection)
  }
  return {
    isOpen,
    send,
    sendText: (text) => send(Buffer.from(text), NOTHING),
    waitingBytes: () => connection.writableLength,
    isFull: () => connection.writableNeedDrain,
    hold: () => connection.cork(),
    release: () => connection.uncork(),
    onceDrained(callback) {
      if (!isOpen()) return callback()
      if (!waiting) {
        waiting = new Set()
        connection.on('drain', wake)
      }
      waiting.add(callback)
    },
    closed: wake,
  }
}
