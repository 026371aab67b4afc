import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { prepareOnce } from '@planet/runtime/prepare-once'
import { eq, sql } from 'drizzle-orm'
import { signals } from './tables.ts'

export type SignalRow = typeof signals.$inferSelect

const signalsByIds = prepareOnce((db) =>
  db
    .select()
    .from(signals)
    .where(sql`${signals.id} = any(${sql.placeholder('ids')}::uuid[])`)
    .prepare('signals_by_ids'),
)

/** Rows in the order of `ids`; null where there is none. Made for a loader. */
export async function findSignals(db: Db | Tx, ids: readonly Id<'Signal'>[]): Promise<(SignalRow | null)[]> {
  const rows = await signalsByIds(db).execute({ ids: [...ids] })
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.map((id) => byId.get(id) ?? null)
}

export async function findSignalOfPost(db: Db | Tx, postId: Id<'Post'>): Promise<SignalRow | null> {
  const [row] = await db.select().from(signals).where(eq(signals.postId, postId))
  return row ?? null
}
