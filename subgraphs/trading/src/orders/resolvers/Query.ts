import { connection, instantKey } from '@planet/runtime/connection'
import { parseId } from '@planet/runtime/ids'
import { requireUser } from '@planet/runtime/viewer'
import type { QueryResolvers } from '../../generated/resolvers.ts'
import { findOrdersPage } from '../db/order.ts'

export const Query: Pick<QueryResolvers, 'order' | 'trade' | 'myOrders'> = {
  order: (_, { id }, ctx) => {
    const orderId = parseId<'Order'>(id)
    return orderId && ctx.loaders.order.load(orderId)
  },
  trade: (_, { id }, ctx) => {
    const tradeId = parseId<'Trade'>(id)
    return tradeId && ctx.loaders.trade.load(tradeId)
  },
  myOrders: (_, args, ctx) => {
    const { userId } = requireUser(ctx.viewer)
    return connection(
      args,
      (page) => findOrdersPage(ctx.db, userId, page),
      (row) => instantKey(row.placedAt, row.id),
    )
  },
}
