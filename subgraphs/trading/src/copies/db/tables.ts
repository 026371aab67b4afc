import { decimalColumn, idColumn, instantColumn } from '@planet/runtime/columns'
import { consumerPositionTable } from '@planet/runtime/event-log/consumer'
import { doublePrecision, index, integer, jsonb, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { schema } from '../../db/tables.ts'
import type { Side } from '../domain/signal.ts'
import type { StoredTarget } from './stored-target.ts'

/** What posts has published, as far as trading must know it. */
export const posts = schema.table('post', {
  id: idColumn<'Post'>('id').primaryKey(),
  authorId: idColumn<'User'>('author_id').notNull(),
  audience: text('audience').$type<'PUBLIC' | 'CIRCLE'>().notNull(),
  circleId: idColumn<'Circle'>('circle_id'),
  publishedAt: instantColumn('published_at').notNull(),
  retractedAt: instantColumn('retracted_at'),
})

/** What each text of a post names; it stood from `writtenAt` until that of the next version. Never changed. */
export const postVersions = schema.table(
  'post_version',
  {
    postId: idColumn<'Post'>('post_id')
      .notNull()
      .references(() => posts.id),
    version: integer('version').notNull(),
    /** Of its cashtags and the post's signal. */
    instrumentIds: uuid('instrument_ids').array().notNull(),
    /** Of its cashtags. */
    baseAssets: text('base_assets').array().notNull(),
    /** Of a greater version never earlier. */
    writtenAt: instantColumn('written_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.postId, table.version] }), index().on(table.postId, table.writtenAt, table.version)],
)

/** The trade plan of a post. Immutable. */
export const signals = schema.table(
  'signal',
  {
    id: idColumn<'Signal'>('id').primaryKey(),
    postId: idColumn<'Post'>('post_id')
      .notNull()
      .unique()
      .references(() => posts.id),
    authorId: idColumn<'User'>('author_id').notNull(),
    instrumentId: idColumn<'Instrument'>('instrument_id').notNull(),
    side: text('side').$type<Side>().notNull(),
    entryKind: text('entry_kind').$type<'MARKET' | 'LIMIT'>().notNull(),
    entry: decimalColumn('entry').notNull(),
    entryExpiresAt: instantColumn('entry_expires_at'),
    stop: decimalColumn('stop').notNull(),
    targets: jsonb('targets').$type<readonly StoredTarget[]>().notNull(),
    publishedAt: instantColumn('published_at').notNull(),
    expiresAt: instantColumn('expires_at').notNull(),
    conviction: doublePrecision('conviction').notNull(),
    moveStopToEntryAfter: integer('move_stop_to_entry_after'),
    /** The circle's strategy that the plan follows; null without one. */
    strategyId: idColumn<'Strategy'>('strategy_id'),
  },
  (table) => [index().on(table.authorId, table.instrumentId, table.side), index().on(table.instrumentId)],
)

/** Whose signals may be followed: a copy from creators. */
export const creators = schema.table('creator', { id: idColumn<'User'>('id').primaryKey() })

/** Who is a member of which circle, as circles has told. */
export const circleMembers = schema.table(
  'circle_member',
  {
    circleId: idColumn<'Circle'>('circle_id').notNull(),
    userId: idColumn<'User'>('user_id').notNull(),
  },
  (table) => [primaryKey({ columns: [table.circleId, table.userId] })],
)

export const consumerPositions = consumerPositionTable(schema)
