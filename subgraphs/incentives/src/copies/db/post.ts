import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import type { Viewer } from '@planet/runtime/viewer'
import { and, eq } from 'drizzle-orm'
import { isVisibleTo } from './circle-member.ts'
import { posts } from './tables.ts'

export type PostRow = typeof posts.$inferSelect

/** Null also for a post that the viewer may not see. */
export async function findVisiblePost(db: Db | Tx, id: Id<'Post'>, viewer: Viewer): Promise<PostRow | null> {
  const [row] = await db
    .select()
    .from(posts)
    .where(and(eq(posts.id, id), isVisibleTo(viewer)))
  return row ?? null
}

export async function findPost(db: Db | Tx, id: Id<'Post'>): Promise<PostRow | null> {
  const [row] = await db.select().from(posts).where(eq(posts.id, id))
  return row ?? null
}
