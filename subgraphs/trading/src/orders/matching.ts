import type { Db, Tx } from '@planet/runtime/database'
import { type Id, newId } from '@planet/runtime/ids'
import { findFinestIntervals } from '../market/db/candle.ts'
import { findInstruments, type InstrumentRow } from '../market/db/instrument.ts'
import { findMatchCandidates, lockDueOrder, type OrderRow, updateOrderEnded } from './db/order.ts'
import { findOrderTicket } from './db/order-ticket.ts'
import { insertTrade } from './db/trade.ts'
import { decideMatch, type MatchDecision } from './domain/matching.ts'
import { emitOrderChanged, emitTradeExecuted } from './events.ts'

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

/** What becomes of each of `orders` at `now`, in their order; nothing is stored. */
export async function decideMatches(tx: Tx, orders: readonly OrderRow[], now: Date): Promise<Match[]> {
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
  const ticket = order.ticketId ? await findOrderTicket(tx, order.ticketId) : null
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
    strategyId: ticket?.strategyId ?? null,
    executedAt,
  })
  await emitTradeExecuted(tx, trade, filled, ticket, instrument)
  await emitOrderChanged(tx, executedAt, filled)
}
