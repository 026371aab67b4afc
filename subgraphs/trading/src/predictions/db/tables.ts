import { idColumn, instantColumn } from '@planet/runtime/columns'
import { sql } from 'drizzle-orm'
import { index } from 'drizzle-orm/pg-core'
import { schema } from '../../db/tables.ts'

/** What live has locked to be judged by candles. */
export const predictions = schema.table(
  'prediction',
  {
    id: idColumn<'Prediction'>('id').primaryKey(),
    instrumentId: idColumn<'Instrument'>('instrument_id').notNull(),
    lockedAt: instantColumn('locked_at').notNull(),
    horizonAt: instantColumn('horizon_at').notNull(),
    /** The next instant at which it may be judged; null once it is, and then it is told and never judged again. */
    dueAt: instantColumn('due_at'),
  },
  (table) => [index().on(table.dueAt), index().on(table.instrumentId).where(sql`due_at is not null`)],
)
