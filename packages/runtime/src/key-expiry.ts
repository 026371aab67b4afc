import { sql } from 'drizzle-orm'
import { createAlarm } from './alarm.ts'
import type { Db } from './database.ts'
import type { IdempotencyKeyTable } from './idempotency.ts'
import type { Logger } from './log.ts'
import type { Worker } from './subgraph.ts'

/** What is promised to clients: for so many days of real time a repeat with the same idempotency key is answered alike. */
export const KEYS_KEPT_DAYS = 30

/** Keys per transaction: some milliseconds of work. */
const BATCH = 1_000
const CHECK_EVERY_MS = 60_000

/**
 * Forgets the idempotency keys of `table` that are older than `KEYS_KEPT_DAYS` by the clock of the database. Any number of
 * replicas may run: none waits for what another one is deleting.
 */
export function createKeyExpiry(db: Db, table: IdempotencyKeyTable, log: Logger): Worker {
  const alarm = createAlarm()
  const expireBatch = async (): Promise<number> => {
    const expired = await db.execute(sql`
      delete from ${table} where ctid = any(array(
        select ctid from ${table} where ${table.storedAt} < now() - make_interval(days => ${KEYS_KEPT_DAYS}::int)
        order by ${table.storedAt} limit ${BATCH}::int for update skip locked))
      returning 1`)
    return expired.length
  }

  return {
    name: 'key-expiry',
    async run(signal) {
      while (!signal.aborted) {
        try {
          while (!signal.aborted && (await expireBatch()) === BATCH) {}
        } catch (error) {
          if (signal.aborted) return
          log.warn({ err: error }, 'idempotency keys could not expire; trying again')
        }
        await alarm.wait(CHECK_EVERY_MS, signal)
      }
    },
    // Nothing of this is due by the platform's clock.
    idle: async () => {},
  }
}
