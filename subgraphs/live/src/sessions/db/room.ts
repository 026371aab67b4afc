import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { and, eq, isNotNull, isNull, sql } from 'drizzle-orm'
import type { LiveSessionRow } from './live-session.ts'
import { liveSessions, sessionBans } from './tables.ts'

/** A session as one user finds it. */
export type Room = { readonly session: LiveSessionRow; readonly isBanned: boolean }

/**
 * Null if there is no such session. Locks nothing: whoever must not act on a session that has just ended locks its chat,
 * stage or board first, as its end does.
 */
export async function findRoom(db: Db | Tx, sessionId: Id<'LiveSession'>, userId: Id<'User'>): Promise<Room | null> {
  const [row] = await db
    .select({ session: liveSessions, isBanned: sql<boolean>`${isNotNull(sessionBans.userId)}` })
    .from(liveSessions)
    .leftJoin(
      sessionBans,
      and(eq(sessionBans.sessionId, liveSessions.id), eq(sessionBans.userId, userId), isNull(sessionBans.until)),
    )
    .where(eq(liveSessions.id, sessionId))
  return row ?? null
}
