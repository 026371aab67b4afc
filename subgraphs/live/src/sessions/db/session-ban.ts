import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { and, eq, sql } from 'drizzle-orm'
import { sessionBans } from './tables.ts'

type SessionId = Id<'LiveSession'>

const banOf = (sessionId: SessionId, userId: Id<'User'>) =>
  and(eq(sessionBans.sessionId, sessionId), eq(sessionBans.userId, userId))

export async function isBanned(db: Db | Tx, sessionId: SessionId, userId: Id<'User'>): Promise<boolean> {
  const rows = await db.select().from(sessionBans).where(banOf(sessionId, userId))
  return rows.length > 0
}

export async function insertBanOnce(tx: Tx, row: typeof sessionBans.$inferInsert): Promise<void> {
  await tx.insert(sessionBans).values(row).onConflictDoNothing()
}

export async function deleteBan(tx: Tx, sessionId: SessionId, userId: Id<'User'>): Promise<void> {
  await tx.delete(sessionBans).where(banOf(sessionId, userId))
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
    .where(and(eq(sessionBans.sessionId, sessionId), sql`${sessionBans.userId} = any(${sql.param([...userIds])}::uuid[])`))
  return new Set(rows.map((row) => row.userId))
}
