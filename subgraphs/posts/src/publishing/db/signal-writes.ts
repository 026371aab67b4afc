import type { Tx } from '@planet/runtime/database'
import { signals } from './tables.ts'

export async function insertSignal(tx: Tx, row: typeof signals.$inferInsert): Promise<void> {
  await tx.insert(signals).values(row)
}
