import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { eq } from 'drizzle-orm'
import { creators } from './tables.ts'

export async function isCreator(db: Db | Tx, id: Id<'User'>): Promise<boolean> {
  const rows = await db.select().from(creators).where(eq(creators.id, id))
  return rows.length > 0
}
