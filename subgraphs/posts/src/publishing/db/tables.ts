import { decimalColumn, idColumn, instantColumn } from '@planet/runtime/columns'
import { sql } from 'drizzle-orm'
import { bigint, doublePrecision, index, integer, jsonb, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { schema } from '../../db/tables.ts'
import type { EntryKind, PostAudience, PostKind, SignalSide } from '../../generated/enums.ts'
import type { Cashtag } from '../../references/domain/cashtag.ts'
import type { TopicCode } from '../../topics/domain/topic.ts'

/** A post without its texts. Never deleted. */
export const posts = schema.table(
  'post',
  {
    id: idColumn<'Post'>('id').primaryKey(),
    authorId: idColumn<'User'>('author_id').notNull(),
    kind: text('kind').$type<PostKind>().notNull(),
    audience: text('audience').$type<PostAudience>().notNull(),
    circleId: idColumn<'Circle'>('circle_id'),
    topics: text('topics').array().$type<TopicCode[]>().notNull(),
    cashtags: jsonb('cashtags').$type<readonly Cashtag[]>().notNull(),
    /** The latest version of its text. */
    version: integer('version').notNull(),
    publishedAt: instantColumn('published_at').notNull(),
    retractedAt: instantColumn('retracted_at'),
  },
  (table) => [
    index().on(table.authorId, table.id),
    index().on(table.circleId, table.id),
    index('post_public_feed_index').on(table.id).where(sql`${table.audience} = 'PUBLIC'`),
    index().using('gin', table.topics),
  ],
)

/** The texts of a post; the greatest version is the current one. */
export const postVersions = schema.table(
  'post_version',
  {
    postId: idColumn<'Post'>('post_id').notNull(),
    version: integer('version').notNull(),
    title: text('title').notNull(),
    body: text('body').notNull(),
    writtenAt: instantColumn('written_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.postId, table.version] })],
)

/** Prices are decimal strings: the plan is stated, not computed with. */
export type StoredTarget = { readonly price: string; readonly fraction: string }

/** The trade plan of a post. A trigger refuses every update and delete. */
export const signals = schema.table(
  'signal',
  {
    id: idColumn<'Signal'>('id').primaryKey(),
    postId: idColumn<'Post'>('post_id').notNull(),
    instrumentId: idColumn<'Instrument'>('instrument_id').notNull(),
    side: text('side').$type<SignalSide>().notNull(),
    entryKind: text('entry_kind').$type<EntryKind>().notNull(),
    entry: decimalColumn('entry').notNull(),
    entryExpiresAt: instantColumn('entry_expires_at'),
    stop: decimalColumn('stop').notNull(),
    targets: jsonb('targets').$type<readonly StoredTarget[]>().notNull(),
    horizonMs: bigint('horizon_ms', { mode: 'number' }).notNull(),
    expiresAt: instantColumn('expires_at').notNull(),
    conviction: doublePrecision('conviction').notNull(),
    moveStopToEntryAfter: integer('move_stop_to_entry_after'),
  },
  (table) => [uniqueIndex().on(table.postId)],
)
