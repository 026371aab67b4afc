import type { Tx } from '@planet/runtime/database'
import type { PostRow } from './post.ts'
import { posts } from './tables.ts'

/** True if the post was not known. */
export async function insertPostOnce(tx: Tx, row: PostRow): Promise<boolean> {
  const inserted = await tx.insert(posts).values(row).onConflictDoNothing().returning({ id: posts.id })
  return inserted.length > 0
}
