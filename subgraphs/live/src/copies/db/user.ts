import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { eq } from 'drizzle-orm'
import { voters } from './tables.ts'

/** Whether the user has registered, as far as is known here. */
export async function isRegistered(db: Db | Tx, userId: Id<'User'>): Promise<boolean> {
  const rows = await db.select({ userId: voters.userId }).from(voters).where(eq(voters.userId, userId))
  return rows.length > 0
}
