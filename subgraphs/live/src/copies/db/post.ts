import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { and, eq, inArray, sql } from 'drizzle-orm'
import { liveSessionPosts } from '../../sessions/db/tables.ts'
import { posts } from './tables.ts'

/** Those of `ids` that are public posts of `authorId`. */
export async function findPublicPostIds(
  db: Db | Tx,
  authorId: Id<'User'>,
  ids: readonly Id<'Post'>[],
): Promise<ReadonlySet<string>> {
  const rows = await db
    .select({ id: posts.id })
    .from(posts)
    .where(
      and(sql`${posts.id} = any(${sql.param([...ids])}::uuid[])`, eq(posts.authorId, authorId), eq(posts.audience, 'PUBLIC')),
    )
  return new Set(rows.map((row) => row.id))
}

/** For each of `sessionIds` the posts that it was announced for, by id, which is the order of publication. Made for a loader. */
export async function findPostIdsOfSessions(
  db: Db | Tx,
  sessionIds: readonly Id<'LiveSession'>[],
): Promise<(readonly Id<'Post'>[])[]> {
  const { sessionId, postId } = liveSessionPosts
  const rows = await db
    .select({ sessionId, postId })
    .from(liveSessionPosts)
    .where(inArray(sessionId, [...sessionIds]))
    .orderBy(postId)
  const bySession = Map.groupBy(rows, (row) => row.sessionId)
  return sessionIds.map((id) => (bySession.get(id) ?? []).map((row) => row.postId))
}

export async function insertPostOnce(tx: Tx, row: typeof posts.$inferInsert): Promise<void> {
  await tx.insert(posts).values(row).onConflictDoNothing()
}
