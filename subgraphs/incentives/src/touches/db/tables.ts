import { idColumn, instantColumn } from '@planet/runtime/columns'
import { bigint, index, integer, text } from 'drizzle-orm/pg-core'
import { schema } from '../../db/tables.ts'
import type { TouchSurface } from '../../generated/enums.ts'
import type { TouchKind } from '../domain/touch.ts'

/** Every meeting of a user with a post, kept for ever: the evidence behind the links. */
export const touches = schema.table(
  'touch',
  {
    /** A ticket's touch has the ticket's id. */
    id: idColumn<'Touch'>('id').primaryKey(),
    userId: idColumn<'User'>('user_id').notNull(),
    postId: idColumn<'Post'>('post_id').notNull(),
    /** The post's; null for a post that is not known here. */
    authorId: idColumn<'User'>('author_id'),
    /** Of `userId`, 0 to 2^32 - 1: an order of readers to draw samples from. */
    readerHash: bigint('reader_hash', { mode: 'number' }).notNull(),
    kind: text('kind').$type<TouchKind>().notNull(),
    /** Null for a ticket. */
    surface: text('surface').$type<TouchSurface>(),
    /** Null unless `kind` is VIEW. */
    visibleMs: integer('visible_ms'),
    at: instantColumn('at').notNull(),
    /** Last instant at which an order's creation is linked. */
    linksUntil: instantColumn('links_until').notNull(),
  },
  (table) => [
    index().on(table.userId, table.linksUntil),
    index().on(table.userId, table.at),
    index().on(table.authorId, table.readerHash, table.userId, table.at),
  ],
)
