import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { and, eq } from 'drizzle-orm'
import { circleMembers } from '../../db/tables.ts'

export async function findCircleIdsOfUser(db: Db | Tx, userId: Id<'User'>): Promise<Id<'Circle'>[]> {
  const rows = await db.select({ circleId: circleMembers.circleId }).from(circleMembers).where(eq(circleMembers.userId, userId))
  return rows.map((row) => row.circleId)
}

export async function setMembership(tx: Tx, key: typeof circleMembers.$inferSelect, isMember: boolean): Promise<void> {
  if (isMember) await tx.insert(circleMembers).values(key).onConflictDoNothing()
  else await tx.delete(circleMembers).where(and(eq(circleMembers.userId, key.userId), eq(circleMembers.circleId, key.circleId)))
}
