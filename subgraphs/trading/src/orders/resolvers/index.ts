import { cancelOrder } from './cancelOrder.ts'
import { createOrderTicket } from './createOrderTicket.ts'
import { Order } from './Order.ts'
import { OrderTicket } from './OrderTicket.ts'
import { placeOrder } from './placeOrder.ts'
import { Query } from './Query.ts'
import { Subscription } from './Subscription.ts'
import { Trade } from './Trade.ts'
import { User } from './User.ts'

export const ordersResolvers = {
  Query,
  Mutation: { createOrderTicket, placeOrder, cancelOrder },
  Subscription,
  Order,
  OrderTicket,
  Trade,
  User,
}
