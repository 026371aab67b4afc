import type { Id } from '@planet/runtime/ids'
import type { CandleRow, LastPriceRow } from './market/db/candle.ts'
import type { InstrumentRow } from './market/db/instrument.ts'
import type { OrderRow } from './orders/db/order.ts'
import type { OrderTicketRow } from './orders/db/order-ticket.ts'
import type { TradeRow } from './orders/db/trade.ts'
import type { SignalOutcomeRow } from './outcomes/db/signal-outcome.ts'
import type { StoredFill } from './outcomes/db/stored-fill.ts'

/** What resolvers return for a GraphQL type; read by `codegen.ts`. */
export type CandleMapper = CandleRow
export type InstrumentMapper = InstrumentRow
export type LastPriceMapper = LastPriceRow
export type OrderMapper = OrderRow
export type OrderTicketMapper = OrderTicketRow
export type SignalFillMapper = StoredFill
export type SignalOutcomeMapper = SignalOutcomeRow
export type TradeMapper = TradeRow
/** Trading knows of a signal by its id only, until it looks for the outcome; of a user nothing else. */
export type SignalMapper = { readonly id: Id<'Signal'> }
export type UserMapper = { readonly id: Id<'User'> }
