import type { Id } from '@planet/runtime/ids'
import type { OrderRow } from './db/order.ts'
import type { OrderTicketRow } from './db/order-ticket.ts'
import type { TradeRow } from './db/trade.ts'

/** What resolvers return for a GraphQL type; read by `codegen.ts`. */
export type OrderMapper = OrderRow
export type OrderTicketMapper = OrderTicketRow
export type TradeMapper = TradeRow
/** Trading knows of a user nothing but the id. */
export type UserMapper = { readonly id: Id<'User'> }
