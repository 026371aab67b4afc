import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { sql } from 'drizzle-orm'
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

/** The signal of each post in the order of `postIds`; null where it has none. Made for a loader. */
export async function findSignalsOfPosts(db: Db | Tx, postIds: readonly Id<'Post'>[]): Promise<(SignalRow | null)[]> {
  const rows = await db
    .select()
    .from(signals)
    .where(sql`${signals.postId} = any(${sql.param([...postIds])}::uuid[])`)
  const byPost = new Map(rows.map((row) => [row.postId, row]))
  return postIds.map((id) => byPost.get(id) ?? null)
}

export async function insertSignal(tx: Tx, row: typeof signals.$inferInsert): Promise<void> {
  await tx.insert(signals).values(row)
}
