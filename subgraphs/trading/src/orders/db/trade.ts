import { type Page, parseInstantKey } from '@planet/runtime/connection'
import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { prepareOnce } from '@planet/runtime/prepare-once'
import { desc, eq, getTableColumns, sql } from 'drizzle-orm'
import type { InstrumentRow } from '../../market/db/instrument.ts'
import { instruments } from '../../market/db/tables.ts'
import { trades } from './tables.ts'

/** A trade with what was traded. */
export type TradeRow = typeof trades.$inferSelect & { readonly instrument: InstrumentRow }

const selectTrades = (db: Db | Tx) =>
  db
    .select({ ...getTableColumns(trades), instrument: instruments })
    .from(trades)
    .innerJoin(instruments, eq(instruments.id, trades.instrumentId))

const tradesByIds = prepareOnce((db) =>
  selectTrades(db)
    .where(sql`${trades.id} = any(${sql.placeholder('ids')}::uuid[])`)
    .prepare('trades_by_ids'),
)

/** Rows in the order of `ids`, whosever they are; null where there is none. Made for a loader. */
export async function findTrades(db: Db | Tx, ids: readonly Id<'Trade'>[]): Promise<(TradeRow | null)[]> {
  const rows = await tradesByIds(db).execute({ ids: [...ids] })
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.map((id) => byId.get(id) ?? null)
}

/** For each of `orderIds` its execution; null while there is none. Made for a loader. */
export async function findTradesOfOrders(db: Db | Tx, orderIds: readonly Id<'Order'>[]): Promise<(TradeRow | null)[]> {
  const rows = await selectTrades(db).where(sql`${trades.orderId} = any(${sql.param([...orderIds])}::uuid[])`)
  const byOrder = new Map(rows.map((row) => [row.orderId, row]))
  return orderIds.map((id) => byOrder.get(id) ?? null)
}

/** For each of `userIds` their trades, newest first. One statement for all. */
export async function findPagesOfTrades(
  db: Db | Tx,
  userIds: readonly Id<'User'>[],
  page: Page,
): Promise<Map<Id<'User'>, TradeRow[]>> {
  const after = page.after === null ? null : parseInstantKey(page.after)
  const isAfter = after ? sql`(t.executed_at, t.id) < (${after.at.toISOString()}::timestamptz, ${after.id}::uuid)` : sql`true`
  const ids = sql`
    select page.id from unnest(${sql.param([...userIds])}::uuid[]) as parent(id)
    cross join lateral (
      select t.id from ${trades} t where t.user_id = parent.id and ${isAfter} order by t.executed_at desc, t.id desc limit ${page.limit}
    ) page`
  const rows = await selectTrades(db).where(sql`${trades.id} in (${ids})`).orderBy(desc(trades.executedAt), desc(trades.id))
  return Map.groupBy(rows, (row) => row.userId)
}

export async function insertTrade(tx: Tx, row: typeof trades.$inferInsert): Promise<typeof trades.$inferSelect> {
  const [inserted] = await tx.insert(trades).values(row).returning()
  if (!inserted) throw new Error(`trade ${row.id} was not stored`)
  return inserted
}
