import { createAlarm } from '@planet/runtime/alarm'
import type { Db } from '@planet/runtime/database'
import { emit } from '@planet/runtime/event-log/append'
import { ViewersCounted } from '@planet/runtime/events/live'
import type { Id } from '@planet/runtime/ids'
import type { Logger } from '@planet/runtime/log'
import type { Worker } from '@planet/runtime/subgraph'
import { findSessions, type LiveSessionRow } from '../sessions/db/live-session.ts'
import { countAudience, findWatched, insertSightings, type Sighting } from './db/audience.ts'

type SessionId = Id<'LiveSession'>

/** Whoever gave no sign of life for so long does not watch any more. */
export const WATCHING_MS = 30_000
/** How often a client is asked to give one; two may be lost. */
export const HEARTBEAT_MS = 10_000
/** Between two rounds of storing and counting. */
const ROUND_MS = 2_000
/** Sightings kept between two rounds; beyond them a viewer is counted at the next heartbeat. */
const MAX_PENDING = 100_000
const BATCH = 5_000

/** Who watches what, as far as this process was told since the last round. */
export type Presence = {
  /** The session; one that is live may be a round old, because every viewer asks again and again. Null if there is none. */
  findSession(sessionId: SessionId): Promise<LiveSessionRow | null>
  see(sessionId: SessionId, userId: Id<'User'>): void
  /** Stores what was seen, all of a round at once, and counts the audiences of all sessions. */
  readonly worker: Worker
}

/**
 * Signs of life are of people at their machines, so they are kept by `machineNow` and not by the platform's clock, which
 * may replay a market. Replicas share the table, so it does not matter which of them was told.
 */
export function createPresence(options: {
  readonly db: Db
  readonly machineNow: () => Date
  /** Business time, for events. */
  readonly now: () => Date
  readonly log: Logger
}): Presence {
  const { db, machineNow, now, log } = options
  const alarm = createAlarm()
  const live = new Map<SessionId, LiveSessionRow>()
  let pending = new Map<string, Sighting>()
  let round: Promise<void> = Promise.resolve()

  const store = async () => {
    const sightings = [...pending.values()]
    pending = new Map()
    live.clear()
    for (let i = 0; i < sightings.length; i += BATCH) await insertSightings(db, sightings.slice(i, i + BATCH))
  }

  const count = async () => {
    const since = new Date(machineNow().getTime() - WATCHING_MS)
    for (const sessionId of await findWatched(db)) {
      await db.transaction(async (tx) => {
        const viewerCount = await countAudience(tx, sessionId, since)
        if (viewerCount !== null) await emit(tx, ViewersCounted, now(), { sessionId, viewerCount })
      })
    }
  }

  /** Rounds never overlap; one that fails is logged, and what it did not store is seen again with the next heartbeats. */
  const runRound = () => {
    round = round.then(async () => {
      try {
        await store()
        await count()
      } catch (error) {
        log.warn({ err: error }, 'audiences could not be counted; trying again')
      }
    })
    return round
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
      const key = `${sessionId} ${userId}`
      if (pending.size < MAX_PENDING || pending.has(key)) pending.set(key, { sessionId, userId, at: machineNow() })
    },
    worker: {
      name: 'presence',
      async run(signal) {
        while (!signal.aborted) {
          await runRound()
          await alarm.wait(ROUND_MS, signal)
        }
        await runRound()
      },
      idle: runRound,
    },
  }
}
