import { OPEN_LIMITS } from '@planet/runtime/caller-limits'

/** What one client may take of the gateway over sockets. */
export type SocketLimits = {
  /** Sockets that one signed-in user may have open at a gateway. */
  readonly socketsPerUser: number
  /** Sockets that one network address may have open without signing in. */
  readonly socketsPerAddress: number
  /** Operations that one socket may have open. */
  readonly operationsPerSocket: number
  /** Of one message of a client. */
  readonly messageBytes: number
  /** Messages of one socket, on average; twice as many may come at once. */
  readonly messagesPerSecond: number
  /** How long a socket may be open without introducing itself. */
  readonly initTimeoutMs: number
  /** What may wait to be sent to one socket before its LOG subscriptions are cut off. */
  readonly bufferedBytes: number
  /** What may wait to be sent to all clients together, by whatever transport, before those are cut off for whom most waits. */
  readonly allBufferedBytes: number
  /** How often a socket is asked for a sign of life; one that gives none until the next time is cut. */
  readonly heartbeatMs: number
  /** How long the gateway tries to reach a subgraph again before it gives up the subscriptions to it. */
  readonly failoverMs: number
  /**
   * Of the heap, for the texts, documents and plans of subscriptions that are unlike, of all clients together: what is kept
   * elsewhere for a while stays for as long as somebody listens.
   */
  readonly subscriptionBytes: number
}

export const SOCKET_LIMITS: SocketLimits = {
  ...OPEN_LIMITS,
  messageBytes: 256 * 1024,
  messagesPerSecond: 100,
  initTimeoutMs: 3_000,
  bufferedBytes: 1024 * 1024,
  allBufferedBytes: 128 * 1024 * 1024,
  heartbeatMs: 12_000,
  failoverMs: 60_000,
  subscriptionBytes: 128 * 1024 * 1024,
}

/** How many of something each principal has. */
export type Tally = {
  /** False if it has `limit` already. */
  add(principal: string, limit: number): boolean
  remove(principal: string): void
}

export function createTally(): Tally {
  const counts = new Map<string, number>()
  return {
    add(principal, limit) {
      const count = counts.get(principal) ?? 0
      if (count >= limit) return false
      counts.set(principal, count + 1)
      return true
    },
    remove(principal) {
      const count = counts.get(principal) ?? 0
      if (count <= 1) counts.delete(principal)
      else counts.set(principal, count - 1)
    },
  }
}

/** Lets `perSecond` pass on average and twice as many at once. */
export class Bucket {
  #left: number
  #atMs: number

  constructor(perSecond: number, nowMs: number) {
    this.#left = 2 * perSecond
    this.#atMs = nowMs
  }

  take(perSecond: number, nowMs: number): boolean {
    this.#left = Math.min(2 * perSecond, this.#left + ((nowMs - this.#atMs) / 1000) * perSecond)
    this.#atMs = nowMs
    if (this.#left < 1) return false
    this.#left--
    return true
  }
}
