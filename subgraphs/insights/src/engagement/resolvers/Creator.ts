import { codedError } from '@planet/runtime/errors'
import { parseId } from '@planet/runtime/ids'
import { hasRole } from '@planet/runtime/viewer'
import type { CreatorResolvers } from '../../generated/resolvers.ts'
import { decideWindow, exactEngagement, publicEngagement } from '../domain/engagement.ts'

export const Creator: CreatorResolvers = {
  /** Whether there is such a creator is for creators to say; here nothing is counted of one who published nothing. */
  __resolveReference: (reference) => {
    const id = parseId<'User'>(reference.id)
    return id && { id }
  },
  engagement: async (creator, { days }, ctx) => {
    const window = decideWindow(ctx.now(), days)
    if (!window) throw codedError('BAD_USER_INPUT', '`days` must be 1 to 365.')
    const key = { ...window, creatorId: creator.id }
    const seesReaders = ctx.viewer?.userId === creator.id || hasRole(ctx.viewer, 'analyst')
    if (seesReaders) return exactEngagement(await ctx.loaders.counts.load(key), window)
    return publicEngagement(await ctx.loaders.publicCounts.load(key), window)
  },
}
