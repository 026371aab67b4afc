import type { Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { and, eq } from 'drizzle-orm'
import type { PostVersionRow } from './post-version.ts'
import { posts, postVersions } from './tables.ts'

/** Locks the author's post until commit, so that its versions are counted one change at a time. */
export async function lockPostOfAuthor(tx: Tx, id: Id<'Post'>, authorId: Id<'User'>): Promise<typeof posts.$inferSelect | null> {
  const [row] = await tx
    .select()
    .from(posts)
    .where(and(eq(posts.id, id), eq(posts.authorId, authorId)))
    .for('update')
  return row ?? null
}

/** With the first version of its text. */
export async function insertPost(
  tx: Tx,
  post: typeof posts.$inferSelect,
  text: Pick<PostVersionRow, 'title' | 'body' | 'externalRefs'>,
): Promise<void> {
  const { id: postId, version, topics, cashtags, publishedAt: writtenAt } = post
  await tx.insert(posts).values(post)
  await tx.insert(postVersions).values({ ...text, postId, version, topics, cashtags, writtenAt })
}

/** Takes a tombstone's place; the texts stay in the table and are not shown any more. */
export async function updateRetracted(tx: Tx, id: Id<'Post'>, retractedAt: Date): Promise<void> {
  await tx.update(posts).set({ retractedAt }).where(eq(posts.id, id))
}
