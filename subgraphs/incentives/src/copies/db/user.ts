import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { eq } from 'drizzle-orm'
import { users } from './tables.ts'

/** Null for a user that is not known here. */
export async function findIdentityClusterId(db: Db | Tx, id: Id<'User'>): Promise<string | null> {
  const [row] = await db.select().from(users).where(eq(users.id, id))
  return row?.identityClusterId ?? null
}
