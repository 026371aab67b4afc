import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { eq } from 'drizzle-orm'
import { instruments } from './tables.ts'

export async function isListed(db: Db | Tx, id: Id<'Instrument'>): Promise<boolean> {
  const rows = await db.select().from(instruments).where(eq(instruments.id, id))
  return rows.length > 0
}
