import { decimalColumn, idColumn, instantColumn } from '@planet/runtime/columns'
import { sql } from 'drizzle-orm'
import { bigint, doublePrecision, index, integer, jsonb, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { schema } from '../../db/tables.ts'
import type { EntryKind, PostAudience, PostKind, PostOrigin, SignalSide } from '../../generated/enums.ts'
import type { Cashtag } from '../../references/domain/cashtag.ts'
import type { StoredExternalRef } from '../../references/domain/external-ref.ts'
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
    origin: text('origin').$type<PostOrigin>().notNull(),
    /** Null unless `origin` is PARTNER_APP. */
    partnerAppId: idColumn<'User'>('partner_app_id'),
    /** Those of its author; each version has those found in its text too. */
    chosenTopics: text('chosen_topics').array().$type<TopicCode[]>().notNull(),
    /** Of the latest version, as `cashtags` and `version`. */
    topics: text('topics').array().$type<TopicCode[]>().notNull(),
    cashtags: jsonb('cashtags').$type<readonly Cashtag[]>().notNull(),
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

/** The texts of a post and what was found in each; the greatest version is the current one. A trigger refuses every change. */
export const postVersions = schema.table(
  'post_version',
  {
    postId: idColumn<'Post'>('post_id').notNull(),
    version: integer('version').notNull(),
    title: text('title').notNull(),
    body: text('body').notNull(),
    topics: text('topics').array().$type<TopicCode[]>().notNull(),
    cashtags: jsonb('cashtags').$type<readonly Cashtag[]>().notNull(),
    externalRefs: jsonb('external_refs').$type<readonly StoredExternalRef[]>().notNull(),
    /** Of a greater version never earlier. */
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
