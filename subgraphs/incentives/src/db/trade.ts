import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { sql } from 'drizzle-orm'
import { trades } from './tables.ts'

export type TradeRow = typeof trades.$inferSelect

/** Rows in the order of `ids`; null where there is none. Made for a loader. */
export async function findTrades(db: Db | Tx, ids: readonly Id<'Trade'>[]): Promise<(TradeRow | null)[]> {
  const rows = await db
    .select()
    .from(trades)
    .where(sql`${trades.id} = any(${sql.param([...ids])}::uuid[])`)
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.map((id) => byId.get(id) ?? null)
}

/** True if the trade is new. */
export async function insertTradeOnce(tx: Tx, row: typeof trades.$inferInsert): Promise<boolean> {
  const inserted = await tx.insert(trades).values(row).onConflictDoNothing().returning({ id: trades.id })
  return inserted.length > 0
}
