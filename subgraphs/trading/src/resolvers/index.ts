import type { Resolvers } from '../generated/resolvers.ts'
import { Candle } from '../market/resolvers/Candle.ts'
import { Instrument } from '../market/resolvers/Instrument.ts'
import { Query } from '../market/resolvers/Query.ts'
import { cancelOrder } from '../orders/resolvers/cancelOrder.ts'
import { createOrderTicket } from '../orders/resolvers/createOrderTicket.ts'
import { Order } from '../orders/resolvers/Order.ts'
import { OrderTicket } from '../orders/resolvers/OrderTicket.ts'
import { placeOrder } from '../orders/resolvers/placeOrder.ts'
import { Trade } from '../orders/resolvers/Trade.ts'
import { User } from '../orders/resolvers/User.ts'
import { Signal, SignalFill, SignalOutcome } from '../outcomes/resolvers/Signal.ts'
import { Subscription } from '../outcomes/resolvers/Subscription.ts'

export const resolvers: Resolvers = {
  Query,
  Mutation: { createOrderTicket, placeOrder, cancelOrder },
  Subscription,
  Candle,
  Instrument,
  Order,
  OrderTicket,
  Signal,
  SignalFill,
  SignalOutcome,
  Trade,
  User,
}
