import { joinResolvers } from '@planet/runtime/join-resolvers'
import type { Resolvers } from '../generated/resolvers.ts'
import { linksResolvers } from '../links/resolvers/index.ts'
import { touchesResolvers } from '../touches/resolvers/index.ts'

export const resolvers: Resolvers = joinResolvers(touchesResolvers, linksResolvers)
