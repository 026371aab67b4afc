import { joinResolvers } from '@planet/runtime/join-resolvers'
import type { Resolvers } from '../generated/resolvers.ts'
import { marketResolvers } from '../market/resolvers/index.ts'
import { ordersResolvers } from '../orders/resolvers/index.ts'
import { outcomesResolvers } from '../outcomes/resolvers/index.ts'

export const resolvers: Resolvers = joinResolvers(marketResolvers, ordersResolvers, outcomesResolvers)
