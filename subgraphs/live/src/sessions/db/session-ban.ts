import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { and, eq, sql } from 'drizzle-orm'
import { sessionBans } from './tables.ts'

type SessionId = Id<'LiveSession'>

export async function isBanned(db: Db | Tx, sessionId: SessionId, userId: Id<'User'>): Promise<boolean> {
  const rows = await db
    .select()
    .from(sessionBans)
    .where(and(eq(sessionBans.sessionId, sessionId), eq(sessionBans.userId, userId)))
  return rows.length > 0
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
