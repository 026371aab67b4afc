import { engagementResolvers } from '../engagement/resolvers/index.ts'
import type { Resolvers } from '../generated/resolvers.ts'

export const resolvers: Resolvers = engagementResolvers
