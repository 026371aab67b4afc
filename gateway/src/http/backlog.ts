import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** How often a connection is looked at on which nothing moves; the first look takes what left before it for a movement. */
const STALLED_MS = 6_000
/** Of the bound: down to there connections are cut once it is passed. */
const RELIEVED = 3 / 4
/** Of the bound: for so much more the connections are not counted anew. */
const SLACK = 1 / 16

/** What waits to be sent to all clients of a process together. */
export type Backlog = {
  /** To be called after each write. Cuts the connections on which most waits if it is too much in all. */
  wrote(connection: Duplex): void
  /** Connections that were cut so far. */
  readonly cut: () => number
}

export function createBacklog(limitBytes: number): Backlog {
  /** Connections on which something waited after the last write, and how much: it may have left since. */
  const behind = new Map<Duplex, number>()
  const watched = new WeakSet<Duplex>()
  let total = 0
  let countedFrom = limitBytes
  let cut = 0

  const forget = (connection: Duplex) => {
    total -= behind.get(connection) ?? 0
    behind.delete(connection)
  }
  const note = (connection: Duplex, bytes: number) => {
    forget(connection)
    if (bytes === 0) return
    behind.set(connection, bytes)
    total += bytes
    if (watched.has(connection)) return
    watched.add(connection)
    connection.once('close', () => forget(connection))
  }
  const relieve = () => {
    for (const connection of [...behind.keys()]) note(connection, connection.writableLength)
    countedFrom = Math.max(limitBytes, total + limitBytes * SLACK)
    if (total <= limitBytes) return
    for (const [connection] of [...behind].sort(([, one], [, other]) => other - one)) {
      if (total <= limitBytes * RELIEVED) break
      forget(connection)
      cut++
      connection.destroy()
    }
    countedFrom = limitBytes
  }
  return {
    wrote(connection) {
      const bytes = connection.writableLength
      if (bytes === 0 && !behind.has(connection)) return
      note(connection, bytes)
      if (total > countedFrom) relieve()
    },
    cut: () => cut,
  }
}

/** Cuts a connection whose client takes nothing of what waits for it. Gives what undoes that. */
export function cutWhenStalled(socket: Pick<Socket, 'setTimeout' | 'on' | 'off' | 'writableLength' | 'destroy'>): () => void {
  const look = () => {
    if (socket.writableLength > 0) socket.destroy()
  }
  // It counts from the last byte that came or left, and goes on with the next one.
  socket.setTimeout(STALLED_MS)
  socket.on('timeout', look)
  return () => {
    socket.setTimeout(0)
    socket.off('timeout', look)
  }
}

/** The same for the connections that node:http looks after, which ends them also if nothing waits: an answer is made by then. */
export const SERVER_STALLED_MS = 7_000
