import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { eq } from 'drizzle-orm'
import { users } from './tables.ts'

/** Null for a user that is not known here. */
export async function findIdentityClusterId(db: Db | Tx, id: Id<'User'>): Promise<string | null> {
  const [row] = await db.select().from(users).where(eq(users.id, id))
  return row?.identityClusterId ?? null
}

/** A user without a check is a cluster of its own. */
export async function insertUserOnce(tx: Tx, id: Id<'User'>): Promise<void> {
  await tx.insert(users).values({ id, identityClusterId: id }).onConflictDoNothing()
}

export async function setIdentityCluster(tx: Tx, id: Id<'User'>, identityClusterId: string): Promise<void> {
  await tx.insert(users).values({ id, identityClusterId }).onConflictDoUpdate({ target: users.id, set: { identityClusterId } })
}
