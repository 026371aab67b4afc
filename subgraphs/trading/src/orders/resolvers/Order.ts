import { ZERO } from '@planet/runtime/decimal'
import { parseId } from '@planet/runtime/ids'
import type { OrderResolvers } from '../../generated/resolvers.ts'
import { loadExisting } from './load-existing.ts'

export const Order: OrderResolvers = {
  __resolveReference: ({ id }, ctx) => {
    const orderId = parseId<'Order'>(id)
    return orderId && ctx.loaders.order.load(orderId)
  },
  instrument: (order, _, ctx) => loadExisting(ctx.loaders.instrument, order.instrumentId),
  filledQuantity: (order) => (order.status === 'FILLED' ? order.quantity : ZERO),
  ticket: async (order, _, ctx) => {
    const ticket = order.ticketId && (await ctx.loaders.orderTicket.load(order.ticketId))
    if (!ticket || ticket.userId === ctx.viewer?.userId) return ticket
    // That a post led here is already more than an analyst may know of a circle's.
    return (await ctx.loaders.isPostVisible.load(ticket.postId)) ? ticket : null
  },
  trade: (order, _, ctx) => ctx.loaders.tradeOfOrder.load(order.id),
}
