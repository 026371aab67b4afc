import { connection } from '@planet/runtime/connection'
import { parseId } from '@planet/runtime/ids'
import type { CreatorResolvers } from '../generated/resolvers.ts'
import { sessionKey } from '../loaders.ts'
import { selects } from '../selection.ts'

/** Creators belong to another subgraph: any well-formed id stands for one. */
export const Creator: CreatorResolvers = {
  __resolveReference: (reference) => {
    const id = parseId<'User'>(reference.id)
    return id && { id }
  },
  liveSessions: (creator, args, ctx, info) => {
    const { loaders } = ctx
    const loader = selects(info, 'edges', 'node', 'consensus') ? loaders.sessionsWithVotesOfHost : loaders.sessionsOfHost
    return connection(args, (page) => loader.load({ parentId: creator.id, ...page }), sessionKey)
  },
}
