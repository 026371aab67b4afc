import type { Db } from '@planet/runtime/database'
import { isUnavailable } from '@planet/runtime/errors'
import type { Id } from '@planet/runtime/ids'
import type { Logger } from '@planet/runtime/log'
import { createRounds } from '@planet/runtime/rounds'
import type { Worker } from '@planet/runtime/subgraph'
import { findSessions, type LiveSessionRow } from '../sessions/db/live-session.ts'
import { findWatched } from './db/audience.ts'
import { joinWatches, type Watch } from './domain/attendance.ts'
import { keepAudience, type Seen } from './keep-audience.ts'

type SessionId = Id<'LiveSession'>
type UserId = Id<'User'>

/** How often a client is asked to give one; two may be lost. */
export const HEARTBEAT_MS = 10_000
/** Between two rounds of storing and counting. */
const ROUND_MS = 2_000
/** Viewers of sessions kept until they are stored; beyond them one is counted at the next heartbeat. */
const MAX_PENDING = 100_000
/** Viewers that are stored, or whose attendance ends, in one transaction. */
const BATCH = 5_000

/** Who watches what, as far as this process was told since the last round. */
export type Presence = {
  /** The session; one that is live may be a round old, because every viewer asks again and again. Null if there is none. */
  findSession(sessionId: SessionId): Promise<LiveSessionRow | null>
  see(sessionId: SessionId, userId: UserId): void
  /** Stores what was seen, all of a round at once, keeps the attendances that are over and counts the audiences of all sessions. */
  readonly worker: Worker
}

/**
 * Signs of life are of people at their machines, so they are kept by `machineNow` and not by the platform's clock, which
 * may replay a market. Replicas share the table, so it does not matter which of them was told.
 */
export function createPresence(options: {
  readonly db: Db
  readonly machineNow: () => Date
  /** Business time: what attendances are told by. */
  readonly now: () => Date
  readonly log: Logger
}): Presence {
  const { db, machineNow, now, log } = options
  const live = new Map<SessionId, LiveSessionRow>()
  const pending = new Map<SessionId, Map<UserId, readonly Watch[]>>()
  let pendingCount = 0

  /** Signs of life that wait for the next round are one watch, unless no round could be stored for long. */
  const remember = (sessionId: SessionId, userId: UserId, watches: readonly Watch[]) => {
    const viewers = pending.get(sessionId) ?? new Map<UserId, readonly Watch[]>()
    const known = viewers.get(userId)
    if (!known && pendingCount >= MAX_PENDING) return
    if (!known) pendingCount++
    pending.set(sessionId, viewers)
    viewers.set(userId, known ? joinWatches([...known, ...watches]) : watches)
  }

  /** Takes at most a batch of the viewers of a session who wait for being stored. */
  const take = (sessionId: SessionId): Seen => {
    const viewers = pending.get(sessionId)
    const taken = new Map([...(viewers ?? [])].slice(0, BATCH))
    for (const userId of taken.keys()) viewers?.delete(userId)
    if (viewers?.size === 0) pending.delete(sessionId)
    pendingCount -= taken.size
    return taken
  }

  /** Stores what was seen in a session, a batch at a time; true if there is more to do. */
  const keepBatch = async (sessionId: SessionId): Promise<boolean> => {
    const seen = take(sessionId)
    try {
      const moments = { machineNow: machineNow(), now: now(), limit: BATCH }
      const isMore = await db.transaction((tx) => keepAudience(tx, sessionId, seen, moments))
      return isMore || seen.size === BATCH
    } catch (error) {
      // Nobody was away because the database was: what they were seen at is told again.
      for (const [userId, watches] of seen) remember(sessionId, userId, watches)
      throw error
    }
  }

  /** What goes wrong with one session is not in the way of the others. */
  const keepWhole = async (sessionId: SessionId) => {
    try {
      while (await keepBatch(sessionId));
    } catch (error) {
      if (isUnavailable(error)) throw error
      log.warn({ err: error, sessionId }, 'the audience of a session could not be kept; trying again')
    }
  }

  /** One that fails is logged, and what it did not store is for the next. */
  const runRound = async () => {
    try {
      live.clear()
      for (const sessionId of new Set([...pending.keys(), ...(await findWatched(db))])) await keepWhole(sessionId)
    } catch (error) {
      log.warn({ err: error }, 'audiences could not be counted; trying again')
    }
  }

  return {
    async findSession(sessionId) {
      const known = live.get(sessionId)
      if (known) return known
      const [session] = await findSessions(db, [sessionId])
      if (session?.status !== 'LIVE') return session ?? null
      live.set(sessionId, session)
      return session
    },
    see(sessionId, userId) {
      const sign = { seenAt: machineNow(), at: now() }
      remember(sessionId, userId, [{ first: sign, last: sign }])
    },
    worker: createRounds('presence', ROUND_MS, runRound),
  }
}
