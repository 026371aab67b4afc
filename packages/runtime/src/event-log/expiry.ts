import { createAlarm } from '../alarm.ts'
import type { Database } from '../database.ts'
import type { Logger } from '../log.ts'
import type { Worker } from '../subgraph.ts'

/** What is promised to clients: for so long an event can be read, in milliseconds. */
export const EVENTS_KEPT_MS = 24 * 60 * 60 * 1000

const CHECK_EVERY_MS = 60_000

/**
 * Makes the partitions that events will go to, ends what clients may read of the log after `keptMs`, and drops the partitions of
 * passing events that nobody can read any more; what is kept is a little more. Any number of replicas may run; under the login
 * of a subgraph `keptMs` counts for at least a day.
 */
export function createExpiry(database: Database, log: Logger, keptMs: number = EVENTS_KEPT_MS): Worker {
  const { sql } = database
  const alarm = createAlarm()

  const expire = async () => {
    await sql`select event_log.prepare_partitions()`
    const [row] = await sql<{ dropped: number }[]>`
      select event_log.expire(make_interval(secs => ${keptMs / 1000}::float8)) as dropped`
    if (row && row.dropped > 0) log.info({ partitions: row.dropped }, 'passing events have gone')
  }

  return {
    name: 'event-expiry',
    async run(signal) {
      while (!signal.aborted) {
        try {
          await expire()
        } catch (error) {
          if (signal.aborted) return
          log.warn({ err: error }, 'events could not expire; trying again')
        }
        await alarm.wait(CHECK_EVERY_MS, signal)
      }
    },
    idle: expire,
  }
}
