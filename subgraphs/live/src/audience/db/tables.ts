import { idColumn, instantColumn } from '@planet/runtime/columns'
import { integer, primaryKey } from 'drizzle-orm/pg-core'
import { schema } from '../../db/tables.ts'

/** Who watches a session, by the machine's time of their last sign of life. */
export const presences = schema.table(
  'presence',
  {
    sessionId: idColumn<'LiveSession'>('session_id').notNull(),
    userId: idColumn<'User'>('user_id').notNull(),
    lastSeenAt: instantColumn('last_seen_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.sessionId, table.userId] })],
)

/** How many watch a session, as last counted. */
export const audiences = schema.table('audience', {
  sessionId: idColumn<'LiveSession'>('session_id').primaryKey(),
  /** Counts changes. */
  seq: integer('seq').notNull().default(0),
  viewerCount: integer('viewer_count').notNull().default(0),
  peakViewerCount: integer('peak_viewer_count').notNull().default(0),
})
