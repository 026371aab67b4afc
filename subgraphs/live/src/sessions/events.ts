import type { Tx } from '@planet/runtime/database'
import { moments } from './db/tables.ts'

/** Tells the session's timeline that something has happened, in the transaction in which it did. */
export async function recordMoment(tx: Tx, moment: Omit<typeof moments.$inferInsert, 'position'>): Promise<void> {
  await tx.insert(moments).values(moment)
}
