import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import type { Viewer } from '@planet/runtime/viewer'
import { sql } from 'drizzle-orm'
import { commonAgreement } from '../domain/link.ts'
import { trades } from './tables.ts'
import { agreementsOf } from './trade-link.ts'

/** A trade, whose it is, and whether it agrees with the signals of its posts that a viewer may see. */
export type TradeRow = { readonly id: Id<'Trade'>; readonly userId: Id<'User'>; readonly agreesWithSignal: boolean | null }

/** Rows in the order of `ids`, as `viewer` may see their posts; null where there is none. Made for a loader. */
export async function findTrades(db: Db | Tx, ids: readonly Id<'Trade'>[], viewer: Viewer | null): Promise<(TradeRow | null)[]> {
  const agreement = agreementsOf(db, trades.id, viewer)
  const rows = await db
    .select({ id: trades.id, userId: trades.userId, agreements: agreement.agreements })
    .from(trades)
    .innerJoinLateral(agreement, sql`true`)
    .where(sql`${trades.id} = any(${sql.param([...ids])}::uuid[])`)
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.map((id) => {
    const row = byId.get(id)
    return row ? { id, userId: row.userId, agreesWithSignal: commonAgreement(row.agreements ?? []) } : null
  })
}

/** True if the trade is new. */
export async function insertTradeOnce(tx: Tx, row: typeof trades.$inferInsert): Promise<boolean> {
  const inserted = await tx.insert(trades).values(row).onConflictDoNothing().returning({ id: trades.id })
  return inserted.length > 0
}
