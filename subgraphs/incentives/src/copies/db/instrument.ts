import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { eq } from 'drizzle-orm'
import { instruments } from './tables.ts'

export async function findInstrument(db: Db | Tx, id: Id<'Instrument'>): Promise<typeof instruments.$inferSelect | null> {
  const [row] = await db.select().from(instruments).where(eq(instruments.id, id))
  return row ?? null
}
