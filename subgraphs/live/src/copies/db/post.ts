import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { and, eq, sql } from 'drizzle-orm'
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
