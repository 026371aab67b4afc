import { idColumn, instantColumn } from '@planet/runtime/columns'
import { integer, primaryKey, text } from 'drizzle-orm/pg-core'
import { schema } from '../../db/tables.ts'
import type { AttendanceEnd } from '../domain/attendance.ts'

/** Who watches a session: the first and the latest sign of life of a watch that may last, each by both clocks. */
export const presences = schema.table(
  'presence',
  {
    sessionId: idColumn<'LiveSession'>('session_id').notNull(),
    userId: idColumn<'User'>('user_id').notNull(),
    /** The platform's time, moved to the end of the attendance before it if that is later. */
    firstAt: instantColumn('first_at').notNull(),
    /** The machine's time. */
    firstSeenAt: instantColumn('first_seen_at').notNull(),
    lastAt: instantColumn('last_at').notNull(),
    lastSeenAt: instantColumn('last_seen_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.sessionId, table.userId] })],
)

/** Times in which users watched a session, for ever; by the platform's time. Those of one user do not overlap. */
export const attendances = schema.table(
  'attendance',
  {
    sessionId: idColumn<'LiveSession'>('session_id').notNull(),
    userId: idColumn<'User'>('user_id').notNull(),
    from: instantColumn('from_at').notNull(),
    until: instantColumn('until_at').notNull(),
    reason: text('reason').$type<AttendanceEnd>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.sessionId, table.userId, table.from] })],
)

/** How many watch a session, as last counted. */
export const audiences = schema.table('audience', {
  sessionId: idColumn<'LiveSession'>('session_id').primaryKey(),
  /** Counts changes. */
  seq: integer('seq').notNull().default(0),
  viewerCount: integer('viewer_count').notNull().default(0),
  peakViewerCount: integer('peak_viewer_count').notNull().default(0),
})
