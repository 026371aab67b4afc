import { joinResolvers } from '@planet/runtime/join-resolvers'
import { engagementResolvers } from '../engagement/resolvers/index.ts'
import type { Resolvers } from '../generated/resolvers.ts'
import { heartbeatsResolvers } from '../heartbeats/resolvers/index.ts'

export const resolvers: Resolvers = joinResolvers(engagementResolvers, heartbeatsResolvers)
