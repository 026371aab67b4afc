import type { Tx } from '@planet/runtime/database'
import { formatDecimal } from '@planet/runtime/decimal'
import { emit, type LoggedEvent } from '@planet/runtime/event-log/log'
import { type Id, requireId } from '@planet/runtime/ids'
import { z } from 'zod'
import type { SignalRow } from '../copies/db/signal.ts'
import type { instruments } from '../market/db/tables.ts'
import type { SignalOutcome } from '../outcomes/domain/outcome.ts'
import type { Verdict } from '../predictions/domain/prediction.ts'
import type { OrderRow } from './db/order.ts'
import type { orders, orderTickets, trades } from './db/tables.ts'

/** The events that trading emits; consumers and payloads are listed in `docs/events.md`. */
export const emitInstrumentListed = (tx: Tx, at: Date, instrument: typeof instruments.$inferSelect) =>
  emit(tx, {
    stream: `instrument:${instrument.id}`,
    type: 'trading.InstrumentListed',
    at,
    payload: {
      instrumentId: instrument.id,
      symbol: instrument.symbol,
      venue: instrument.venue,
      assetClass: instrument.assetClass,
      baseAsset: instrument.baseAsset,
      quoteAsset: instrument.quoteAsset,
      tickSize: formatDecimal(instrument.tickSize),
      lotSize: formatDecimal(instrument.lotSize),
    },
  })

export const emitTicketOpened = (tx: Tx, ticket: typeof orderTickets.$inferSelect) =>
  emit(tx, {
    stream: `user:${ticket.userId}`,
    type: 'trading.TicketOpened',
    at: ticket.openedAt,
    payload: {
      ticketId: ticket.id,
      userId: ticket.userId,
      postId: ticket.postId,
      instrumentId: ticket.instrumentId,
      at: ticket.openedAt.toISOString(),
    },
  })

export const emitTradeExecuted = (
  tx: Tx,
  trade: typeof trades.$inferSelect,
  order: typeof orders.$inferSelect,
  { baseAsset, quoteAsset }: typeof instruments.$inferSelect,
) =>
  emit(tx, {
    stream: `user:${trade.userId}`,
    type: 'trading.TradeExecuted',
    at: trade.executedAt,
    payload: {
      tradeId: trade.id,
      orderId: order.id,
      userId: trade.userId,
      instrumentId: trade.instrumentId,
      baseAsset,
      quoteAsset,
      side: trade.side,
      price: formatDecimal(trade.price),
      quantity: formatDecimal(trade.quantity),
      notional: formatDecimal(trade.notional),
      fee: formatDecimal(trade.fee),
      feeCurrency: trade.currency,
      orderPlacedAt: order.placedAt.toISOString(),
      executedAt: trade.executedAt.toISOString(),
      isAutomated: order.isAutomated,
    },
  })

/** The stream of every change of a user's orders. */
export const ordersStream = (userId: Id<'User'>): string => `orders:${userId}`

export const ORDER_CHANGED = 'trading.OrderChanged'

/** Once for each revision, in the transaction that stores it. */
export const emitOrderChanged = (tx: Tx, at: Date, { id, userId, status, revision }: OrderRow) =>
  emit(tx, { stream: ordersStream(userId), type: ORDER_CHANGED, at, payload: { orderId: id, userId, status, revision } })

const OrderChanged = z.object({
  orderId: z.uuid().transform((id) => requireId<'Order'>(id)),
  status: z.enum(['OPEN', 'FILLED', 'CANCELLED', 'EXPIRED']),
  revision: z.int(),
})

export const readOrderChanged = (event: LoggedEvent) => OrderChanged.parse(event.payload)

/** The stream of the final outcomes of a creator's public signals, in which `seq` counts them. */
export const outcomesStream = (creatorId: Id<'User'>): string => `outcomes:${creatorId}`

export const SIGNAL_SETTLED = 'trading.SignalSettled'

/** Where a signal's settling is told: those for circles must leave no hole among the public ones. */
export const settlementStream = ({ authorId, audience }: Pick<SignalRow, 'authorId' | 'audience'>): string =>
  audience === 'PUBLIC' ? outcomesStream(authorId) : `creator:${authorId}`

/** The judgement of a prediction, once; the prices are null where the market gave none to judge it by. */
export const emitPredictionSettled = (tx: Tx, predictionId: Id<'Prediction'>, verdict: Exclude<Verdict, { kind: 'Pending' }>) => {
  const settled = verdict.kind === 'Settled' ? verdict : null
  return emit(tx, {
    stream: `prediction:${predictionId}`,
    type: 'trading.PredictionSettled',
    at: verdict.settledAt,
    payload: {
      predictionId,
      priceAtLock: settled && formatDecimal(settled.priceAtLock),
      priceAtHorizon: settled && formatDecimal(settled.priceAtHorizon),
      isUp: settled && settled.isUp,
      settledAt: verdict.settledAt.toISOString(),
    },
  })
}

/** With a final outcome, once. A plan that is not scored is over at once, when it is published. */
export const emitSignalSettled = (
  tx: Tx,
  signal: SignalRow,
  outcome: Pick<SignalOutcome, 'state' | 'reason' | 'rGross' | 'rNet' | 'settledAt' | 'methodVersion'>,
) => {
  const settledAt = outcome.settledAt ?? signal.publishedAt
  return emit(tx, {
    stream: settlementStream(signal),
    type: SIGNAL_SETTLED,
    at: settledAt,
    payload: {
      signalId: signal.id,
      postId: signal.postId,
      authorId: signal.authorId,
      state: outcome.state,
      reason: outcome.reason,
      rGross: outcome.rGross,
      rNet: outcome.rNet,
      settledAt: settledAt.toISOString(),
      methodVersion: outcome.methodVersion,
    },
  })
}

const SignalSettled = z.object({ signalId: z.uuid().transform((id) => requireId<'Signal'>(id)) })

export const readSignalSettled = (event: LoggedEvent) => SignalSettled.parse(event.payload)
