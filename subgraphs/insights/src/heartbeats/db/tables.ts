import { idColumn, instantColumn } from '@planet/runtime/columns'
import { sql } from 'drizzle-orm'
import { check, primaryKey } from 'drizzle-orm/pg-core'
import { schema } from '../../db/tables.ts'

/** What was heard of a user in a minute, by the machine's time; kept for ever. */
export const heardMinutes = schema.table(
  'heard_minute',
  {
    userId: idColumn<'User'>('user_id').notNull(),
    /** When it begins. */
    minute: instantColumn('minute').notNull(),
    /** Of the last heartbeat that was not idle; null if all were. */
    lastActiveAt: instantColumn('last_active_at'),
    /** Of the first one that was; null if none was. */
    firstIdleAt: instantColumn('first_idle_at'),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.minute] }),
    check('heard_minute_of_some_heartbeat', sql`num_nonnulls(last_active_at, first_idle_at) > 0`),
  ],
)
