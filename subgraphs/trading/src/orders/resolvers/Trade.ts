import { parseId } from '@planet/runtime/ids'
import type { TradeResolvers } from '../../generated/resolvers.ts'
import { loadExisting } from './load-existing.ts'

export const Trade: TradeResolvers = {
  __resolveReference: ({ id }, ctx) => {
    const tradeId = parseId<'Trade'>(id)
    return tradeId && ctx.loaders.trade.load(tradeId)
  },
  order: (trade, _, ctx) => loadExisting(ctx.loaders.order, trade.orderId),
  notional: ({ notional, currency }) => ({ amount: notional, currency }),
  fee: ({ fee, currency }) => ({ amount: fee, currency }),
}
