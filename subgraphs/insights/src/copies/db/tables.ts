import { idColumn, instantColumn } from '@planet/runtime/columns'
import { text, uuid } from 'drizzle-orm/pg-core'
import { schema } from '../../db/tables.ts'

/** A copy of what was published, from posts.PostPublished. */
export const posts = schema.table('post', {
  id: idColumn<'Post'>('id').primaryKey(),
  authorId: idColumn<'User'>('author_id').notNull(),
  kind: text('kind').notNull(),
  audience: text('audience').$type<'PUBLIC' | 'CIRCLE'>().notNull(),
  publishedAt: instantColumn('published_at').notNull(),
})

/** Whose account belongs to whom, as far as anybody has checked: a copy from creators. */
export const users = schema.table('user', {
  id: idColumn<'User'>('id').primaryKey(),
  /** Accounts of one person share it. */
  identityClusterId: uuid('identity_cluster_id').notNull(),
})
