import { idColumn, instantColumn } from '@planet/runtime/columns'
import { doublePrecision, index, integer, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { schema } from '../../db/tables.ts'
import type { BulletModeration } from '../domain/bullet.ts'

/** A session's chat as a whole; the row is locked by whoever adds to it. */
export const chats = schema.table('chat', {
  sessionId: idColumn<'LiveSession'>('session_id').primaryKey(),
  /** Bullets sent, of any moderation. */
  bulletCount: integer('bullet_count').notNull().default(0),
  /** Bullets that may still be in the sample that is delivered live, and when that was known. */
  tokens: doublePrecision('tokens').notNull(),
  refilledAt: instantColumn('refilled_at').notNull(),
  /** Bullets left out of the sample since the last one in it. */
  dropped: integer('dropped').notNull().default(0),
})

/** What a user may still send in a session, and when that was known. */
export const bulletBuckets = schema.table(
  'bullet_bucket',
  {
    sessionId: idColumn<'LiveSession'>('session_id').notNull(),
    userId: idColumn<'User'>('user_id').notNull(),
    tokens: doublePrecision('tokens').notNull(),
    refilledAt: instantColumn('refilled_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.sessionId, table.userId] })],
)

export const bullets = schema.table(
  'bullet',
  {
    id: idColumn<'Bullet'>('id').primaryKey(),
    sessionId: idColumn<'LiveSession'>('session_id').notNull(),
    /** Dense from 1 within the session, in the order of sending. */
    number: integer('number').notNull(),
    authorId: idColumn<'User'>('author_id').notNull(),
    text: text('text').notNull(),
    sentAt: instantColumn('sent_at').notNull(),
    moderation: text('moderation').$type<BulletModeration>().notNull(),
    /** Who released or removed it last, and when; null if nobody has. */
    moderatedBy: idColumn<'User'>('moderated_by'),
    moderatedAt: instantColumn('moderated_at'),
  },
  (table) => [uniqueIndex().on(table.sessionId, table.number), index().on(table.sessionId, table.moderation, table.number)],
)
