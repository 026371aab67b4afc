import { connection, instantKey } from '@planet/runtime/connection'
import { parseId } from '@planet/runtime/ids'
import { requireUser } from '@planet/runtime/viewer'
import type { QueryResolvers } from '../../generated/resolvers.ts'
import { findOrdersPage } from '../../orders/db/order.ts'
import { findInstrumentBySymbol, findInstrumentsPage, instrumentKey } from '../db/instrument.ts'

export const Query: QueryResolvers = {
  instrument: (_, { id }, ctx) => {
    const instrumentId = parseId<'Instrument'>(id)
    return instrumentId && ctx.loaders.instrument.load(instrumentId)
  },
  instrumentBySymbol: (_, { symbol, venue }, ctx) => findInstrumentBySymbol(ctx.db, symbol, venue ?? null),
  instruments: (_, args, ctx) => connection(args, (page) => findInstrumentsPage(ctx.db, page), instrumentKey),
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
  platformTime: (_, __, ctx) => ctx.now(),
}
