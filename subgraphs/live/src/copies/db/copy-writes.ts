import type { Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { sql } from 'drizzle-orm'
import { creators, instruments, posts, voters } from './tables.ts'

type UserId = Id<'User'>

/** A newly registered user is unverified and a cluster of their own. */
export async function insertVoterOnce(tx: Tx, userId: UserId): Promise<void> {
  await tx.insert(voters).values({ userId, isVerified: false, identityClusterId: userId }).onConflictDoNothing()
}

/** True if this call changed what is known of the voter. */
export async function setVoter(
  tx: Tx,
  row: Pick<typeof voters.$inferSelect, 'userId' | 'isVerified' | 'identityClusterId'>,
): Promise<boolean> {
  const { isVerified, identityClusterId } = row
  const changed = await tx
    .insert(voters)
    .values(row)
    .onConflictDoUpdate({
      target: voters.userId,
      set: { isVerified, identityClusterId },
      setWhere: sql`(${voters.isVerified}, ${voters.identityClusterId}) is distinct from (excluded.is_verified, excluded.identity_cluster_id)`,
    })
    .returning({ userId: voters.userId })
  return changed.length > 0
}

export async function insertCreatorOnce(tx: Tx, id: Id<'User'>): Promise<void> {
  await tx.insert(creators).values({ id }).onConflictDoNothing()
}

export async function insertInstrumentOnce(tx: Tx, id: Id<'Instrument'>): Promise<void> {
  await tx.insert(instruments).values({ id }).onConflictDoNothing()
}

export async function insertPostOnce(tx: Tx, row: typeof posts.$inferInsert): Promise<void> {
  await tx.insert(posts).values(row).onConflictDoNothing()
}
