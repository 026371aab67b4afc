import type { Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { and, eq } from 'drizzle-orm'
import { circleMembers, creators, instruments } from './tables.ts'

export async function insertCreatorOnce(tx: Tx, id: Id<'User'>): Promise<void> {
  await tx.insert(creators).values({ id }).onConflictDoNothing()
}

export async function insertInstrumentOnce(tx: Tx, row: typeof instruments.$inferInsert): Promise<void> {
  await tx.insert(instruments).values(row).onConflictDoNothing()
}

export async function setMembership(tx: Tx, key: typeof circleMembers.$inferSelect, isMember: boolean): Promise<void> {
  if (isMember) await tx.insert(circleMembers).values(key).onConflictDoNothing()
  else await tx.delete(circleMembers).where(and(eq(circleMembers.userId, key.userId), eq(circleMembers.circleId, key.circleId)))
}
