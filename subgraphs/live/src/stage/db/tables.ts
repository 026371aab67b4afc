import { idColumn, instantColumn } from '@planet/runtime/columns'
import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { schema } from '../../db/tables.ts'
import type { SeatReason, SeatState } from '../domain/seat.ts'

/** A session's stage as a whole; the row is locked by whoever changes a seat, so that the maximum holds. */
export const stages = schema.table('stage', {
  sessionId: idColumn<'LiveSession'>('session_id').primaryKey(),
  /** Counts changes. */
  seq: integer('seq').notNull().default(0),
})

/** A user's latest way to or from the stage of a session. */
export const seats = schema.table(
  'seat',
  {
    sessionId: idColumn<'LiveSession'>('session_id').notNull(),
    userId: idColumn<'User'>('user_id').notNull(),
    state: text('state').$type<SeatState>().notNull(),
    requestedAt: instantColumn('requested_at'),
    invitedAt: instantColumn('invited_at'),
    onStageAt: instantColumn('on_stage_at'),
    leftAt: instantColumn('left_at'),
    /** The stage's `seq` of its last change. */
    changedSeq: integer('changed_seq').notNull(),
  },
  (table) => [primaryKey({ columns: [table.sessionId, table.userId] }), index().on(table.sessionId, table.state)],
)

/** Times that users spent in one state on the way to the stage, or on it, for ever; those of one user do not overlap. */
export const seatTimes = schema.table(
  'seat_time',
  {
    sessionId: idColumn<'LiveSession'>('session_id').notNull(),
    userId: idColumn<'User'>('user_id').notNull(),
    /** The stage's `seq` of the change that began it. */
    seq: integer('seq').notNull(),
    state: text('state').$type<Exclude<SeatState, 'LEFT'>>().notNull(),
    from: instantColumn('from_at').notNull(),
    /** Null while it lasts. */
    until: instantColumn('until_at'),
    /** By what it ended; null while it lasts. */
    reason: text('reason').$type<SeatReason>(),
  },
  (table) => [
    primaryKey({ columns: [table.sessionId, table.userId, table.seq] }),
    uniqueIndex().on(table.sessionId, table.userId).where(sql`until_at is null`),
  ],
)
