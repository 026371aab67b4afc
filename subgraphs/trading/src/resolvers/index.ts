import type { Resolvers } from '../generated/resolvers.ts'
import { Candle } from '../market/resolvers/Candle.ts'
import { Instrument } from '../market/resolvers/Instrument.ts'
import { Query } from '../market/resolvers/Query.ts'
import { cancelOrder } from './cancelOrder.ts'
import { createOrderTicket } from './createOrderTicket.ts'
import { Order } from './Order.ts'
import { OrderTicket } from './OrderTicket.ts'
import { placeOrder } from './placeOrder.ts'
import { Signal, SignalFill, SignalOutcome } from './Signal.ts'
import { Subscription } from './Subscription.ts'
import { Trade } from './Trade.ts'
import { User } from './User.ts'

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
