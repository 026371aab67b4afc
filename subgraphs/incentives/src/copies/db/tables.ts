import { idColumn, instantColumn } from '@planet/runtime/columns'
import type { Id } from '@planet/runtime/ids'
import { boolean, index, integer, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { schema } from '../../db/tables.ts'

/** Whose account belongs to whom: a copy from creators. */
export const users = schema.table('user', {
  id: idColumn<'User'>('id').primaryKey(),
  /** Accounts of one person share it. */
  identityClusterId: uuid('identity_cluster_id').notNull(),
})

/** Who has a creator profile: a copy from creators. */
export const creators = schema.table('creator', { id: idColumn<'User'>('id').primaryKey() })

/** Which sessions there are, whatever their status: a copy from live. */
export const sessions = schema.table('session', { id: idColumn<'LiveSession'>('id').primaryKey() })

/** What is listed: a copy from trading. */
export const instruments = schema.table('instrument', {
  id: idColumn<'Instrument'>('id').primaryKey(),
  baseAsset: text('base_asset').notNull(),
  quoteAsset: text('quote_asset').notNull(),
})

/** Who is or was in which circle: a copy from circles. */
export const circleMembers = schema.table(
  'circle_member',
  {
    userId: idColumn<'User'>('user_id').notNull(),
    circleId: idColumn<'Circle'>('circle_id').notNull(),
    isMember: boolean('is_member').notNull(),
    /** Greater is newer. */
    revision: integer('revision').notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.circleId] }), index().on(table.circleId)],
)

/** Who wrote a post, who may see it and what its signal is about: a copy from posts. */
export const posts = schema.table(
  'post',
  {
    id: idColumn<'Post'>('id').primaryKey(),
    authorId: idColumn<'User'>('author_id').notNull(),
    audience: text('audience').$type<'PUBLIC' | 'CIRCLE'>().notNull(),
    circleId: idColumn<'Circle'>('circle_id'),
    signalSide: text('signal_side').$type<'LONG' | 'SHORT'>(),
    signalInstrumentId: idColumn<'Instrument'>('signal_instrument_id'),
    signalBaseAsset: text('signal_base_asset'),
    publishedAt: instantColumn('published_at').notNull(),
    retractedAt: instantColumn('retracted_at'),
  },
  (table) => [index().on(table.authorId)],
)

/** What each text of a post names; it stood from `writtenAt` until that of the next version. A copy from posts, never changed. */
export const postVersions = schema.table(
  'post_version',
  {
    postId: idColumn<'Post'>('post_id').notNull(),
    version: integer('version').notNull(),
    /** Of its cashtags and the post's signal. */
    instrumentIds: uuid('instrument_ids').array().$type<Id<'Instrument'>[]>().notNull(),
    /** Of its cashtags. */
    baseAssets: text('base_assets').array().notNull(),
    /** Of a greater version never earlier. */
    writtenAt: instantColumn('written_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.postId, table.version] }), index().on(table.postId, table.writtenAt, table.version)],
)
