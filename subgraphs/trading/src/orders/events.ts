import type { Tx } from '@planet/runtime/database'
import { formatDecimal } from '@planet/runtime/decimal'
import { emit, type LoggedEvent } from '@planet/runtime/event-log/log'
import { type Id, requireId } from '@planet/runtime/ids'
import { z } from 'zod'
import type { InstrumentRow } from '../market/db/instrument.ts'
import type { OrderRow } from './db/order.ts'
import type { OrderTicketRow } from './db/order-ticket.ts'
import type { trades } from './db/tables.ts'

/** Consumers and payloads are listed in `docs/events.md`. */
export const emitTicketOpened = (tx: Tx, ticket: OrderTicketRow) =>
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
  order: OrderRow,
  { baseAsset, quoteAsset }: InstrumentRow,
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
