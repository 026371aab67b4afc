import type { Tx } from '@planet/runtime/database'
import { seedOf } from '@planet/runtime/random'
import { linksUntil } from '../domain/touch.ts'
import { touches } from './tables.ts'
import type { TouchRow } from './touch.ts'

/** The stored touch if it is new, else null. */
export async function insertTouchOnce(tx: Tx, row: Omit<TouchRow, 'readerHash' | 'linksUntil'>): Promise<TouchRow | null> {
  const [inserted] = await tx
    .insert(touches)
    .values({ ...row, readerHash: seedOf(row.userId), linksUntil: linksUntil(row) })
    .onConflictDoNothing()
    .returning()
  return inserted ?? null
}
