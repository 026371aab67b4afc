import type { Db, Tx } from '@planet/runtime/database'
import { type Id, newId } from '@planet/runtime/ids'
import type { SubgraphDeps, Worker } from '@planet/runtime/subgraph'
import { createTicker } from '@planet/runtime/ticker'
import { findFinestIntervals } from '../market/db/candle.ts'
import { findInstruments, type InstrumentRow } from '../market/db/instrument.ts'
import {
  findMatchCandidates,
  hasDueOrder,
  lockDueOrder,
  lockDueOrders,
  type OrderRow,
  updateOrderEnded,
  updateOrdersExpired,
  updateOrdersWaiting,
} from './db/order.ts'
import { insertTrade } from './db/trade.ts'
import { decideMatch, type MatchDecision } from './domain/matching.ts'
import { emitOrderChanged, emitTradeExecuted } from './events.ts'

/** Orders looked at in one transaction. */
const BATCH = 200
/** How long to leave orders alone that a rival is at. */
const RIVAL_MS = 5

/** The paper exchange: fills and expires orders as the clock goes on. Any number of replicas may run. */
export const createMatchingWorker = (db: Db, { clock, log }: Pick<SubgraphDeps, 'clock' | 'log'>): Worker =>
  createTicker({ name: 'matching', clock, log, step: (now) => matchDueOrders(db, now) })

/** True if anything was due: there may be more. */
async function matchDueOrders(db: Db, now: Date): Promise<boolean> {
  if (!(await hasDueOrder(db, now))) return false
  const { count, filled } = await db.transaction(async (tx) => {
    const orders = await lockDueOrders(tx, now, BATCH)
    const matches = await decideMatches(tx, orders, now)
    const expired = await updateOrdersExpired(
      tx,
      matches.flatMap(({ order, decision }) => (decision.kind === 'Expired' ? [order.id] : [])),
    )
    const waiting = matches.flatMap(({ order, decision }) =>
      decision.kind === 'Waiting' ? [{ id: order.id, dueAt: decision.dueAt }] : [],
    )
    await updateOrdersWaiting(tx, waiting, now)
    // Streams are locked until the commit: in one order everywhere.
    for (const order of expired) await emitOrderChanged(tx, order.expiresAt ?? now, order)
    return {
      count: orders.length,
      filled: matches.filter(({ decision }) => decision.kind === 'Filled').map(({ order }) => order.id),
    }
  })
  const failures: unknown[] = []
  for (const id of filled) await matchOrder(db, id, now).catch((error: unknown) => failures.push(error))
  // One that fails must not hold up those behind it.
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} orders could not be filled`)
  if (count === 0) await new Promise((resolve) => setTimeout(resolve, RIVAL_MS))
  return true
}

/** Does with an open order what is due at `now`, after any rival that is at it. */
export async function matchOrder(db: Db, id: Id<'Order'>, now: Date): Promise<void> {
  await db.transaction(async (tx) => {
    const order = await lockDueOrder(tx, id, now)
    if (!order) return
    const [match] = await decideMatches(tx, [order], now)
    if (match?.decision.kind === 'Filled') await storeFill(tx, order, match.instrument, match.decision, now)
    if (match?.decision.kind === 'Expired')
      await emitOrderChanged(tx, order.expiresAt ?? now, await updateOrderEnded(tx, id, 'EXPIRED'))
  })
}

type Match = { readonly order: OrderRow; readonly instrument: InstrumentRow; readonly decision: MatchDecision }

async function decideMatches(tx: Tx, orders: readonly OrderRow[], now: Date): Promise<Match[]> {
  if (orders.length === 0) return []
  const instrumentIds = [...new Set(orders.map((order) => order.instrumentId))]
  const instruments = new Map((await findInstruments(tx, instrumentIds)).map((row) => [row?.id, row]))
  const finestIntervals = await findFinestIntervals(tx, instrumentIds)
  const candidates = await findMatchCandidates(
    tx,
    orders.map(({ id }) => id),
    now,
  )
  return orders.map((order) => {
    const instrument = instruments.get(order.instrumentId)
    if (!instrument) throw new Error(`no instrument ${order.instrumentId}`)
    const finestInterval = finestIntervals.get(order.instrumentId) ?? '1m'
    const decision = decideMatch(order, candidates.get(order.id) ?? [], { feeBps: instrument.feeBps, finestInterval, now })
    return { order, instrument, decision }
  })
}

async function storeFill(
  tx: Tx,
  order: OrderRow,
  instrument: InstrumentRow,
  { price, notional, fee, executedAt }: Extract<MatchDecision, { kind: 'Filled' }>,
  now: Date,
): Promise<void> {
  const filled = await updateOrderEnded(tx, order.id, 'FILLED')
  const trade = await insertTrade(tx, {
    id: newId(now),
    orderId: order.id,
    userId: order.userId,
    instrumentId: order.instrumentId,
    side: order.side,
    price,
    quantity: order.quantity,
    notional,
    fee,
    currency: instrument.quoteAsset,
    executedAt,
  })
  await emitTradeExecuted(tx, trade, filled, instrument)
  await emitOrderChanged(tx, executedAt, filled)
}
