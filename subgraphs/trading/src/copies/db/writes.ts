import type { Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { and, eq, isNull } from 'drizzle-orm'
import { circleMembers, creators, posts, postVersions, signals } from './tables.ts'

export async function insertCreatorOnce(tx: Tx, id: Id<'User'>): Promise<void> {
  await tx.insert(creators).values({ id }).onConflictDoNothing()
}

export async function insertPostOnce(tx: Tx, row: typeof posts.$inferInsert): Promise<void> {
  await tx.insert(posts).values(row).onConflictDoNothing()
}

export async function insertPostVersionOnce(tx: Tx, row: typeof postVersions.$inferInsert): Promise<void> {
  await tx.insert(postVersions).values(row).onConflictDoNothing()
}

export async function updatePostRetracted(tx: Tx, id: Id<'Post'>, retractedAt: Date): Promise<void> {
  await tx
    .update(posts)
    .set({ retractedAt })
    .where(and(eq(posts.id, id), isNull(posts.retractedAt)))
}

/** True if the signal is stored by this call. */
export async function insertSignalOnce(tx: Tx, row: typeof signals.$inferInsert): Promise<boolean> {
  const inserted = await tx.insert(signals).values(row).onConflictDoNothing().returning({ id: signals.id })
  return inserted.length > 0
}

/** Keeps who is in a circle now. */
export async function setMembership(
  tx: Tx,
  member: { readonly circleId: Id<'Circle'>; readonly userId: Id<'User'> },
  isMember: boolean,
): Promise<void> {
  if (isMember) {
    await tx.insert(circleMembers).values(member).onConflictDoNothing()
    return
  }
  await tx.delete(circleMembers).where(and(eq(circleMembers.circleId, member.circleId), eq(circleMembers.userId, member.userId)))
}
