import type { Page } from '@planet/runtime/connection'
import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { olderThan } from '@planet/runtime/older-than'
import { prepareOnce } from '@planet/runtime/prepare-once'
import { and, desc, eq, sql } from 'drizzle-orm'
import type { CandleRow } from '../../market/db/candle.ts'
import { candleSeries, candles } from '../../market/db/tables.ts'
import { INTERVALS } from '../../market/domain/candle.ts'
import type { OrderStatus } from '../domain/order.ts'
import { orders } from './tables.ts'

export type OrderRow = typeof orders.$inferSelect

const ordersByIds = prepareOnce((db) =>
  db
    .select()
    .from(orders)
    .where(sql`${orders.id} = any(${sql.placeholder('ids')}::uuid[])`)
    .prepare('orders_by_ids'),
)

/** Rows in the order of `ids`, whosever they are; null where there is none. Made for a loader. */
export async function findOrders(db: Db | Tx, ids: readonly Id<'Order'>[]): Promise<(OrderRow | null)[]> {
  const rows = await ordersByIds(db).execute({ ids: [...ids] })
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.map((id) => byId.get(id) ?? null)
}

export async function getOrder(db: Db | Tx, id: Id<'Order'>): Promise<OrderRow> {
  const [row] = await db.select().from(orders).where(eq(orders.id, id))
  if (!row) throw new Error(`no order ${id}`)
  return row
}

/** Locks the user's order until commit; null if it is another's. */
export async function lockOrderOfUser(tx: Tx, id: Id<'Order'>, userId: Id<'User'>): Promise<OrderRow | null> {
  const [row] = await tx
    .select()
    .from(orders)
    .where(and(eq(orders.id, id), eq(orders.userId, userId)))
    .for('update')
  return row ?? null
}

/** The user's orders, newest first. */
export function findOrdersPage(db: Db | Tx, userId: Id<'User'>, page: Page): Promise<OrderRow[]> {
  return db
    .select()
    .from(orders)
    .where(and(eq(orders.userId, userId), olderThan(page, orders.placedAt, orders.id)))
    .orderBy(desc(orders.placedAt), desc(orders.id))
    .limit(page.limit)
}

export async function insertOrder(tx: Tx, row: typeof orders.$inferInsert): Promise<OrderRow> {
  const [inserted] = await tx.insert(orders).values(row).returning()
  if (!inserted) throw new Error(`order ${row.id} was not stored`)
  return inserted
}

/** Ends an order that the caller has locked. */
export async function updateOrderEnded(tx: Tx, id: Id<'Order'>, status: Exclude<OrderStatus, 'OPEN'>): Promise<OrderRow> {
  const [updated] = await tx
    .update(orders)
    .set({ status, revision: sql`${orders.revision} + 1`, dueAt: null })
    .where(and(eq(orders.id, id), eq(orders.status, 'OPEN')))
    .returning()
  if (!updated) throw new Error(`order ${id} is not open`)
  return updated
}

/** Ends the orders whose time is over; they are locked by the caller. The orders after that, by user. */
export async function updateOrdersExpired(tx: Tx, ids: readonly Id<'Order'>[]): Promise<OrderRow[]> {
  if (ids.length === 0) return []
  const expired = await tx
    .update(orders)
    .set({ status: 'EXPIRED', revision: sql`${orders.revision} + 1`, dueAt: null })
    .where(sql`${orders.id} = any(${sql.param([...ids])}::uuid[])`)
    .returning()
  return expired.sort((a, b) => (a.userId < b.userId ? -1 : 1))
}

/** Lets orders that the caller has locked wait: no candle that has closed at `now`, and no open known by then, fills them. */
export async function updateOrdersWaiting(
  tx: Tx,
  waiting: readonly { readonly id: Id<'Order'>; readonly dueAt: Date }[],
  now: Date,
): Promise<void> {
  if (waiting.length === 0) return
  const ids = sql.param(waiting.map(({ id }) => id))
  const dues = sql.param(waiting.map(({ dueAt }) => dueAt.toISOString()))
  await tx.execute(sql`
    update ${orders} as o set due_at = w.due_at, matched_through = ${now.toISOString()}::timestamptz
    from unnest(${ids}::uuid[], ${dues}::timestamptz[]) as w(id, due_at)
    where o.id = w.id`)
}

/** Lets the open orders on an instrument be matched again, as far back as `from`, the first of the candles that are new. */
export async function wakeOrders(tx: Tx, instrumentId: Id<'Instrument'>, from: Date): Promise<void> {
  await tx
    .update(orders)
    .set({ dueAt: sql`placed_at`, matchedThrough: sql`least(matched_through, ${from.toISOString()}::timestamptz)` })
    .where(and(eq(orders.instrumentId, instrumentId), eq(orders.status, 'OPEN')))
}

/** True if any order is due at `now`. */
export async function hasDueOrder(db: Db | Tx, now: Date): Promise<boolean> {
  const [due] = await db
    .select({ id: orders.id })
    .from(orders)
    .where(sql`${orders.dueAt} <= ${now.toISOString()}::timestamptz`)
    .limit(1)
  return due !== undefined
}

/** Locks at most `limit` orders that are due at `now` and that no rival is at, longest due first. */
export function lockDueOrders(tx: Tx, now: Date, limit: number): Promise<OrderRow[]> {
  return tx
    .select()
    .from(orders)
    .where(and(sql`${orders.dueAt} <= ${now.toISOString()}::timestamptz`, eq(orders.status, 'OPEN')))
    .orderBy(orders.dueAt, orders.id)
    .limit(limit)
    .for('update', { skipLocked: true })
}

/** Locks the order until commit if it is still open and due at `now`; waits for a rival. */
export async function lockDueOrder(tx: Tx, id: Id<'Order'>, now: Date): Promise<OrderRow | null> {
  const [row] = await tx
    .select()
    .from(orders)
    .where(and(eq(orders.id, id), eq(orders.status, 'OPEN'), sql`${orders.dueAt} <= ${now.toISOString()}::timestamptz`))
    .for('update')
  return row ?? null
}

/**
 * For each of `ids`, per interval, the first candle that may fill the order as far as is known at `now`. A candidate
 * only: `decideMatch` decides. One statement for all.
 */
export async function findMatchCandidates(
  tx: Tx,
  ids: readonly Id<'Order'>[],
  now: Date,
): Promise<Map<Id<'Order'>, CandleRow[]>> {
  const at = sql`${now.toISOString()}::timestamptz`
  const names = sql.param(Object.keys(INTERVALS))
  const seconds = sql.param(Object.values(INTERVALS).map((ms) => ms / 1000))
  const candidate = tx
    .select()
    .from(candles)
    .where(
      sql`${candles.instrumentId} = s.instrument_id and ${candles.interval} = s."interval"
        and ${candles.openTime} >= o.placed_at and ${candles.openTime} >= case when o.kind = 'MARKET' then o.placed_at else o.matched_through - l.length end
        and ${candles.openTime} <= ${at}
        and (o.kind = 'MARKET' or (o.side = 'BUY' and ${candles.open} <= o.limit_price) or (o.side = 'SELL' and ${candles.open} >= o.limit_price)
          or (${candles.openTime} <= ${at} - l.length
            and ((o.side = 'BUY' and ${candles.low} <= o.limit_price) or (o.side = 'SELL' and ${candles.high} >= o.limit_price))))`,
    )
    .orderBy(candles.openTime)
    .limit(1)
    .as('candidate')
  const rows = await tx
    .select({
      orderId: sql<Id<'Order'>>`o.id`,
      candle: {
        instrumentId: candidate.instrumentId,
        interval: candidate.interval,
        openTime: candidate.openTime,
        closeTime: candidate.closeTime,
        open: candidate.open,
        high: candidate.high,
        low: candidate.low,
        close: candidate.close,
        volume: candidate.volume,
        flags: candidate.flags,
        outlierSince: candidate.outlierSince,
        recordedAt: candidate.recordedAt,
      },
    })
    .from(sql`${orders} as o`)
    .innerJoin(sql`${candleSeries} as s`, sql`s.instrument_id = o.instrument_id`)
    .innerJoin(
      sql`(select name, make_interval(secs => seconds) as length from unnest(${names}::text[], ${seconds}::float8[]) as i(name, seconds)) as l`,
      sql`l.name = s."interval"`,
    )
    .crossJoinLateral(candidate)
    .where(sql`o.id = any(${sql.param([...ids])}::uuid[])`)
  const byOrder = Map.groupBy(rows, (row) => row.orderId)
  return new Map(ids.map((id) => [id, (byOrder.get(id) ?? []).map((row) => row.candle)]))
}
