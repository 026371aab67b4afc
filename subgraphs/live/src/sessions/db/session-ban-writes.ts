import type { Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { and, eq } from 'drizzle-orm'
import { sessionBans } from './tables.ts'

export async function insertBanOnce(tx: Tx, row: typeof sessionBans.$inferInsert): Promise<void> {
  await tx.insert(sessionBans).values(row).onConflictDoNothing()
}

export async function deleteBan(tx: Tx, sessionId: Id<'LiveSession'>, userId: Id<'User'>): Promise<void> {
  await tx.delete(sessionBans).where(and(eq(sessionBans.sessionId, sessionId), eq(sessionBans.userId, userId)))
}
