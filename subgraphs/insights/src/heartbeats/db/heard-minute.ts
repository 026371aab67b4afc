import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { and, asc, eq, gte, lt } from 'drizzle-orm'
import { activeMinutes } from '../domain/heartbeat.ts'
import { heardMinutes } from './tables.ts'

const MINUTE_MS = 60_000
/** One month of minutes at a time is read. */
const MAX_PERIOD_MS = 31 * 86_400_000

/** When the minutes began in which the user was active, of those that begin from `from` to `until`, which is excluded; in order. */
export async function findActiveMinutes(db: Db | Tx, userId: Id<'User'>, from: Date, until: Date): Promise<Date[]> {
  if (until.getTime() - from.getTime() > MAX_PERIOD_MS) throw new Error('active minutes are read of at most 31 days')
  // What was done in the minute before may make an idle one active.
  const heardFrom = new Date(from.getTime() - MINUTE_MS)
  const heard = await db
    .select()
    .from(heardMinutes)
    .where(and(eq(heardMinutes.userId, userId), gte(heardMinutes.minute, heardFrom), lt(heardMinutes.minute, until)))
    .orderBy(asc(heardMinutes.minute))
  return activeMinutes(heard).filter((minute) => minute >= from)
}
