import { joinResolvers } from '@planet/runtime/join-resolvers'
import { feedResolvers } from '../feed/resolvers/index.ts'
import type { Resolvers } from '../generated/resolvers.ts'
import { publishingResolvers } from '../publishing/resolvers/index.ts'
import { referencesResolvers } from '../references/resolvers/index.ts'
import { topicsResolvers } from '../topics/resolvers/index.ts'

export const resolvers: Resolvers = joinResolvers(publishingResolvers, topicsResolvers, referencesResolvers, feedResolvers)
