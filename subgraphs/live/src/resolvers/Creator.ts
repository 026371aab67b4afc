import { parseId } from '@planet/runtime/ids'
import type { CreatorResolvers } from '../generated/resolvers.ts'
import { selects } from '../selection.ts'

/** Creators belong to another subgraph: any well-formed id stands for one. */
export const Creator: CreatorResolvers = {
  __resolveReference: (reference) => {
    const id = parseId<'User'>(reference.id)
    return id && { id }
  },
  liveSessions: (creator, page, ctx, info) => {
    const withVotes = selects(info, 'edges', 'node', 'consensus')
    return ctx.loaders.sessionsOfHost.load({ parentId: creator.id, page, withVotes })
  },
}
