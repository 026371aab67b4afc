import type { Tx } from '@planet/runtime/database'
import { sql } from 'drizzle-orm'
import { voters } from './tables.ts'

/** A newly registered user is unverified and a cluster of their own. */
export async function insertVoterOnce(tx: Tx, userId: typeof voters.$inferSelect.userId): Promise<void> {
  await tx.insert(voters).values({ userId, isVerified: false, identityClusterId: userId }).onConflictDoNothing()
}

/** True if this call changed what is known of the voter. */
export async function setVoter(tx: Tx, row: typeof voters.$inferSelect): Promise<boolean> {
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
