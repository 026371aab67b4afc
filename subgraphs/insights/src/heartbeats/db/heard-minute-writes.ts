import type { Db, Tx } from '@planet/runtime/database'
import { sql } from 'drizzle-orm'
import type { HeardMinute } from '../domain/heartbeat.ts'
import { heardMinutes } from './tables.ts'

/** Adds what was heard to what is known of each minute, in one statement; each minute of a user at most once in `heard`. */
export async function mergeHeardMinutes(db: Db | Tx, heard: readonly HeardMinute[]): Promise<void> {
  const instants = (column: 'minute' | 'lastActiveAt' | 'firstIdleAt') =>
    sql`${sql.param(heard.map((one) => one[column]?.toISOString() ?? null))}::timestamptz[]`
  // In one order everywhere, so that two replicas wait for each other and never both.
  await db.execute(sql`
    insert into ${heardMinutes} (user_id, minute, last_active_at, first_idle_at)
    select * from unnest(
      ${sql.param(heard.map((one) => one.userId))}::uuid[], ${instants('minute')}, ${instants('lastActiveAt')}, ${instants('firstIdleAt')}
    ) heard(user_id, minute, last_active_at, first_idle_at)
    order by user_id, minute
    on conflict (user_id, minute) do update set
      last_active_at = greatest(${heardMinutes}.last_active_at, excluded.last_active_at),
      first_idle_at = least(${heardMinutes}.first_idle_at, excluded.first_idle_at)`)
}
