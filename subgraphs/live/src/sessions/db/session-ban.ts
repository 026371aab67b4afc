import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { holdsAt } from '@planet/runtime/interval'
import { and, eq, gt, isNull, sql } from 'drizzle-orm'
import type { UserPage } from '../../user-page.ts'
import { sessionBans } from './tables.ts'

type SessionId = Id<'LiveSession'>

export type SessionBanRow = typeof sessionBans.$inferSelect

/** Of the bans of a session those that last. */
const lasts = isNull(sessionBans.until)

export async function isBanned(db: Db | Tx, sessionId: SessionId, userId: Id<'User'>): Promise<boolean> {
  return (await findBanned(db, sessionId, [userId])).has(userId)
}

/** Those of `userIds` that are banned from the session. */
export async function findBanned(
  db: Db | Tx,
  sessionId: SessionId,
  userIds: readonly Id<'User'>[],
): Promise<ReadonlySet<string>> {
  const rows = await db
    .select({ userId: sessionBans.userId })
    .from(sessionBans)
    .where(and(eq(sessionBans.sessionId, sessionId), lasts, sql`${sessionBans.userId} = any(${sql.param([...userIds])}::uuid[])`))
  return new Set(rows.map((row) => row.userId))
}

/** The bans that were in force in the session at `at`. */
export function findBansAt(db: Db | Tx, sessionId: SessionId, at: Date, page: UserPage): Promise<SessionBanRow[]> {
  const { afterUserId, limit } = page
  return db
    .select()
    .from(sessionBans)
    .where(
      and(
        eq(sessionBans.sessionId, sessionId),
        holdsAt(sessionBans, at),
        afterUserId === null ? undefined : gt(sessionBans.userId, afterUserId),
      ),
    )
    .orderBy(sessionBans.userId)
    .limit(limit)
}
