import type { Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { eq } from 'drizzle-orm'
import { posts } from './tables.ts'

export type PostRow = typeof posts.$inferSelect

export async function findPost(tx: Tx, id: Id<'Post'>): Promise<PostRow | null> {
  const [row] = await tx.select().from(posts).where(eq(posts.id, id))
  return row ?? null
}
