import type { Db, Tx } from '@planet/runtime/database'
import { and, type Column, desc, eq, sql } from 'drizzle-orm'
import { posts, postVersions } from './tables.ts'

/**
 * What the text named that stood at `at`, for a row of `posts`; to be joined laterally, one row of an index each. Where none
 * stood yet it is the first one: the clocks of two processes differ.
 */
export const namedAt = (db: Db | Tx, at: Column) =>
  db
    .select({ instrumentIds: postVersions.instrumentIds, baseAssets: postVersions.baseAssets })
    .from(postVersions)
    .where(and(eq(postVersions.postId, posts.id), sql`${postVersions.writtenAt} <= greatest(${at}, ${posts.publishedAt})`))
    .orderBy(desc(postVersions.writtenAt), desc(postVersions.version))
    .limit(1)
    .as('named')
