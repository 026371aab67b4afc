import { idColumn, instantColumn } from '@planet/runtime/columns'
import { sql } from 'drizzle-orm'
import { bigint, check, index, integer, text } from 'drizzle-orm/pg-core'
import { schema } from '../../db/tables.ts'
import type { TouchSurface } from '../../generated/enums.ts'
import type { TouchKind } from '../domain/touch.ts'

/** Every meeting of a user with a post, a creator, a session or a circle, kept for ever: the evidence behind the links. */
export const touches = schema.table(
  'touch',
  {
    /** A ticket's touch has the ticket's id. */
    id: idColumn<'Touch'>('id').primaryKey(),
    userId: idColumn<'User'>('user_id').notNull(),
    postId: idColumn<'Post'>('post_id'),
    creatorId: idColumn<'User'>('creator_id'),
    sessionId: idColumn<'LiveSession'>('session_id'),
    circleId: idColumn<'Circle'>('circle_id'),
    /** The post's; null for a post that is not known here, and for what is no post. */
    authorId: idColumn<'User'>('author_id'),
    /** Of `userId`, 0 to 2^32 - 1: an order of readers to draw samples from. */
    readerHash: bigint('reader_hash', { mode: 'number' }).notNull(),
    kind: text('kind').$type<TouchKind>().notNull(),
    /** Null for a ticket. */
    surface: text('surface').$type<TouchSurface>(),
    /** Null unless `kind` is VIEW or GLANCE. */
    visibleMs: integer('visible_ms'),
    /** The item of a feed that led to it, as its client says; null where none did. */
    feedItemId: idColumn<'FeedItem'>('feed_item_id'),
    at: instantColumn('at').notNull(),
    /** Last instant at which an order's creation is linked; null for a glance and for what is no post. */
    linksUntil: instantColumn('links_until'),
  },
  (table) => [
    check('touch_of_one_thing', sql`num_nonnulls(post_id, creator_id, session_id, circle_id) = 1`),
    check('touch_links_from_posts', sql`(links_until is not null) = (post_id is not null and kind <> 'GLANCE')`),
    index().on(table.userId, table.linksUntil),
    index().on(table.userId, table.at),
    index('touch_linking_readers_index')
      .on(table.authorId, table.readerHash, table.userId, table.at)
      .where(sql`links_until is not null`),
  ],
)
