import type { Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { eq } from 'drizzle-orm'
import type { LiveSessionRow } from './live-session.ts'
import { liveSessionPosts, liveSessions } from './tables.ts'

export async function insertSession(
  tx: Tx,
  session: typeof liveSessions.$inferInsert,
  postIds: readonly Id<'Post'>[],
): Promise<void> {
  await tx.insert(liveSessions).values(session)
  if (postIds.length === 0) return
  await tx.insert(liveSessionPosts).values(postIds.map((postId) => ({ sessionId: session.id, postId })))
}

export async function updateStatus(
  tx: Tx,
  id: Id<'LiveSession'>,
  change: Partial<Pick<LiveSessionRow, 'status' | 'startedAt' | 'endedAt' | 'extremisingExponent'>>,
): Promise<void> {
  await tx.update(liveSessions).set(change).where(eq(liveSessions.id, id))
}
