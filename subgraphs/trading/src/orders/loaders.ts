import type { Db } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import type { Makers } from '@planet/runtime/lazy-members'
import { createPageLoader, type PageLoader } from '@planet/runtime/page-loader'
import { hasRole, type Viewer } from '@planet/runtime/viewer'
import DataLoader from 'dataloader'
import { findOrders, type OrderRow } from './db/order.ts'
import { findOrderTickets, type OrderTicketRow } from './db/order-ticket.ts'
import { findPagesOfTrades, findTrades, findTradesOfOrders, type TradeRow } from './db/trade.ts'

export type OrdersLoaders = {
  /** Null also for an order that the viewer may not see. */
  readonly order: DataLoader<Id<'Order'>, OrderRow | null>
  /** Null also for a trade that the viewer may not see. */
  readonly trade: DataLoader<Id<'Trade'>, TradeRow | null>
  /** By the order's id, whoever may see it: check its order. */
  readonly tradeOfOrder: DataLoader<Id<'Order'>, TradeRow | null>
  /** Whoever may see it: check its order. */
  readonly orderTicket: DataLoader<Id<'OrderTicket'>, OrderTicketRow | null>
  /** By the user's id, whoever may see them: check the user. */
  readonly tradesOfUser: PageLoader<Id<'User'>, TradeRow>
}

export const ordersLoaders: Makers<OrdersLoaders, { readonly db: Db; readonly viewer: Viewer | null }> = {
  order: ({ db, viewer }) => new DataLoader(async (ids) => hideForeign(viewer, await findOrders(db, ids))),
  trade: ({ db, viewer }) => new DataLoader(async (ids) => hideForeign(viewer, await findTrades(db, ids))),
  tradeOfOrder: ({ db }) => new DataLoader((ids) => findTradesOfOrders(db, ids)),
  orderTicket: ({ db }) => new DataLoader((ids) => findOrderTickets(db, ids)),
  tradesOfUser: ({ db }) => createPageLoader((ids, page) => findPagesOfTrades(db, ids, page)),
}

const hideForeign = <Row extends { readonly userId: Id<'User'> }>(viewer: Viewer | null, rows: readonly (Row | null)[]) =>
  rows.map((row) => (row && maySeeOrdersOf(viewer, row.userId) ? row : null))

/** Orders and trades are for their owner and for analysts. */
export const maySeeOrdersOf = (viewer: Viewer | null, userId: Id<'User'>): boolean =>
  viewer?.userId === userId || hasRole(viewer, 'analyst')
