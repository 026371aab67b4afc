import { createAlarm } from '../alarm.ts'
import type { Database } from '../database.ts'
import type { Logger } from '../log.ts'
import type { Worker } from '../subgraph.ts'
import { onAppended } from './appended.ts'
import { untilPositioned } from './page.ts'

/** A relay gives committed events their position. Any number of replicas may run; one works at a time. */
export type Relay = Worker & {
  /** Looks at once instead of at the next poll: call it after a commit in this process. Costs nothing. */
  nudge(): void
}

const BATCH = 1_000
const FIRST_PAUSE_MS = 2
/** While an event may be committed that this process has appended: one look at an empty table. */
const SOON_PAUSE_MS = 25
/** For so long after the last one; a transaction that does nothing is ended earlier. */
const SOON_MS = 6_000
/** Otherwise only processes without a relay of their own, such as an import, can have committed any. */
const IDLE_PAUSE_MS = 500
/** While the database is away. */
const AWAY_PAUSE_MS = 250

/** Where one Postgres is not enough, this is what also publishes elsewhere. */
export function createRelay(database: Database, log: Logger): Relay {
  const { sql } = database
  const alarm = createAlarm()

  /** How many events were positioned; 0 if none wait or another relay is at work. */
  const relayBatch = async () => {
    const [row] = await sql<{ count: string | null }[]>`select event_log.relay(${BATCH})::text as count`
    return Number(row?.count ?? 0)
  }

  return {
    name: 'event-relay',
    nudge: () => alarm.ring(),
    async run(signal) {
      let pauseMs = FIRST_PAUSE_MS
      let isSoonUntilMs = 0
      const stopListening = onAppended(() => {
        const isAwake = isSoonUntilMs > performance.now()
        isSoonUntilMs = performance.now() + SOON_MS
        if (isAwake) return
        pauseMs = FIRST_PAUSE_MS
        alarm.ring()
      })
      signal.addEventListener('abort', stopListening, { once: true })
      while (!signal.aborted) {
        let longestPauseMs = performance.now() < isSoonUntilMs ? SOON_PAUSE_MS : IDLE_PAUSE_MS
        try {
          const count = await relayBatch()
          if (count > 0) pauseMs = FIRST_PAUSE_MS
          if (count >= BATCH) continue
        } catch (error) {
          if (signal.aborted) return
          log.warn({ err: error }, 'the event relay failed; trying again')
          longestPauseMs = AWAY_PAUSE_MS
          pauseMs = Math.max(pauseMs, SOON_PAUSE_MS)
        }
        pauseMs = Math.min(pauseMs, longestPauseMs)
        await alarm.wait(pauseMs, signal)
        pauseMs *= 2
      }
    },
    idle: () => untilPositioned(sql, () => alarm.ring()),
  }
}
