import type { Tx } from '@planet/runtime/database'
import { users } from './tables.ts'

/** A later check of the same user replaces an earlier one. */
export async function setIdentityCluster(tx: Tx, row: typeof users.$inferInsert): Promise<void> {
  const { identityClusterId } = row
  await tx.insert(users).values(row).onConflictDoUpdate({ target: users.id, set: { identityClusterId } })
}
