import type { Tx } from '@planet/runtime/database'
import { formatDecimal } from '@planet/runtime/decimal'
import { emit } from '@planet/runtime/event-log'
import type { instruments, orders, orderTickets, signals, trades } from './db/tables.ts'
import type { SignalOutcome } from './domain/outcome.ts'

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

/** With a final outcome, once. A plan that is not scored is over at once, when it is published. */
export const emitSignalSettled = (
  tx: Tx,
  signal: typeof signals.$inferSelect,
  outcome: Pick<SignalOutcome, 'state' | 'reason' | 'rGross' | 'rNet' | 'settledAt' | 'methodVersion'>,
) => {
  const settledAt = outcome.settledAt ?? signal.publishedAt
  return emit(tx, {
    stream: `creator:${signal.authorId}`,
    type: 'trading.SignalSettled',
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
