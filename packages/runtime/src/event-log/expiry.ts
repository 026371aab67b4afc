import { createAlarm } from '../alarm.ts'
import type { Database } from '../database.ts'
import type { Logger } from '../log.ts'
import type { Worker } from '../subgraph.ts'

/** What is promised to clients: for so long an event can be read, in milliseconds. */
export const EVENTS_KEPT_MS = 24 * 60 * 60 * 1000

/** Events per transaction: some milliseconds of work, and no lock that a reader or a writer waits for. */
const BATCH = 2_000
const CHECK_EVERY_MS = 60_000

/**
 * Forgets events that could be read for longer than `keptMs` and that every consumer has handled; what is kept is a little
 * more. Any number of replicas may run; under the login of a
 * subgraph `keptMs` counts for at least a day.
 */
export function createExpiry(database: Database, log: Logger, keptMs: number = EVENTS_KEPT_MS): Worker {
  const { sql } = database
  const alarm = createAlarm()
  let holder: string | null = null

  const expireBatch = async () => {
    const [row] = await sql<{ expired: string; held_by: string | null }[]>`
      select expired::text, held_by from event_log.expire(make_interval(secs => ${keptMs / 1000}::float8), ${BATCH}::int)`
    return { expired: Number(row?.expired ?? 0), heldBy: row?.held_by ?? null }
  }

  /** Everything that is old enough now. */
  const expireAll = async (signal?: AbortSignal) => {
    let count = 0
    let batch: Awaited<ReturnType<typeof expireBatch>>
    do {
      batch = await expireBatch()
      count += batch.expired
    } while (batch.expired === BATCH && !signal?.aborted)
    if (count > 0) log.info({ count }, 'events have expired')
    if (batch.heldBy !== null && batch.heldBy !== holder) {
      log.warn({ consumer: batch.heldBy }, 'old events are kept for a consumer that does not handle them; see event_log.consumer')
    }
    holder = batch.heldBy
  }

  return {
    name: 'event-expiry',
    async run(signal) {
      while (!signal.aborted) {
        try {
          await expireAll(signal)
        } catch (error) {
          if (signal.aborted) return
          log.warn({ err: error }, 'events could not expire; trying again')
        }
        await alarm.wait(CHECK_EVERY_MS, signal)
      }
    },
    idle: () => expireAll(),
  }
}
