import type { Tx } from '@planet/runtime/database'
import { emit } from '@planet/runtime/event-log/append'
import { OrderChanged, TicketOpened, TradeExecuted } from '@planet/runtime/events/trading'
import type { InstrumentRow } from '../market/db/instrument.ts'
import type { OrderRow } from './db/order.ts'
import type { OrderTicketRow } from './db/order-ticket.ts'
import type { trades } from './db/tables.ts'

export const emitTicketOpened = (tx: Tx, ticket: OrderTicketRow) => {
  const { id: ticketId, userId, postId, instrumentId, referencePrice, strategyId, openedAt: at } = ticket
  return emit(tx, TicketOpened, at, { ticketId, userId, postId, instrumentId, referencePrice, strategyId, at })
}

export const emitTradeExecuted = (
  tx: Tx,
  trade: typeof trades.$inferSelect,
  order: OrderRow,
  ticket: OrderTicketRow | null,
  { baseAsset, quoteAsset }: InstrumentRow,
) =>
  emit(tx, TradeExecuted, trade.executedAt, {
    tradeId: trade.id,
    orderId: order.id,
    userId: trade.userId,
    instrumentId: trade.instrumentId,
    baseAsset,
    quoteAsset,
    side: trade.side,
    orderKind: order.kind,
    ticketId: order.ticketId,
    strategyId: trade.strategyId,
    referencePrice: ticket?.referencePrice ?? null,
    price: trade.price,
    quantity: trade.quantity,
    notional: trade.notional,
    fee: trade.fee,
    feeCurrency: trade.currency,
    orderPlacedAt: order.placedAt,
    executedAt: trade.executedAt,
    isAutomated: order.isAutomated,
    isCopy: false,
    isReferralPaid: false,
    isWashFlagged: false,
  })

/** Once for each revision, in the transaction that stores it. */
export const emitOrderChanged = (tx: Tx, at: Date, { id: orderId, userId, status, revision }: OrderRow) =>
  emit(tx, OrderChanged, at, { orderId, userId, status, revision })
