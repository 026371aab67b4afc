import type { Tx } from '@planet/runtime/database'
import { eq } from 'drizzle-orm'
import type { PostVersionRow } from './post-version.ts'
import { posts, postVersions } from './tables.ts'

/** The post's row must be locked. Its topics and cashtags follow the latest text. */
export async function insertVersion(tx: Tx, row: PostVersionRow): Promise<void> {
  const { postId, version, topics, cashtags } = row
  await tx.insert(postVersions).values(row)
  await tx.update(posts).set({ version, topics, cashtags }).where(eq(posts.id, postId))
}
