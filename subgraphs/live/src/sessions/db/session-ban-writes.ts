import type { Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { and, desc, eq } from 'drizzle-orm'
import type { SessionBanRow } from './session-ban.ts'
import { sessionBans } from './tables.ts'

/** Locks the user's latest ban in the session until commit, so that it is taken back once; null if there is none. */
export async function lockLatestBan(tx: Tx, sessionId: Id<'LiveSession'>, userId: Id<'User'>): Promise<SessionBanRow | null> {
  const [row] = await tx
    .select()
    .from(sessionBans)
    .where(and(eq(sessionBans.sessionId, sessionId), eq(sessionBans.userId, userId)))
    // One that lasts comes first: nulls are the greatest.
    .orderBy(desc(sessionBans.until))
    .limit(1)
    .for('update')
  return row ?? null
}

/** Null if somebody else has banned the user meanwhile. */
export async function insertBanOnce(tx: Tx, ban: typeof sessionBans.$inferInsert): Promise<SessionBanRow | null> {
  const [row] = await tx.insert(sessionBans).values(ban).onConflictDoNothing().returning()
  return row ?? null
}

export async function endBan(tx: Tx, ban: SessionBanRow, until: Date, unbannedBy: Id<'User'>): Promise<SessionBanRow> {
  const [row] = await tx.update(sessionBans).set({ until, unbannedBy }).where(eq(sessionBans.id, ban.id)).returning()
  if (!row) throw new Error(`no ban ${ban.id}`)
  return row
}
