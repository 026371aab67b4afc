import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { eq, sql } from 'drizzle-orm'
import { signals } from './tables.ts'

export type SignalRow = typeof signals.$inferSelect

/** Rows in the order of `ids`; null where there is none. Made for a loader. */
export async function findSignals(db: Db | Tx, ids: readonly Id<'Signal'>[]): Promise<(SignalRow | null)[]> {
  const rows = await db
    .select()
    .from(signals)
    .where(sql`${signals.id} = any(${sql.param([...ids])}::uuid[])`)
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.map((id) => byId.get(id) ?? null)
}

export async function findSignalOfPost(db: Db | Tx, postId: Id<'Post'>): Promise<SignalRow | null> {
  const [row] = await db.select().from(signals).where(eq(signals.postId, postId))
  return row ?? null
}

export async function insertSignal(tx: Tx, row: typeof signals.$inferInsert): Promise<void> {
  await tx.insert(signals).values(row)
}
