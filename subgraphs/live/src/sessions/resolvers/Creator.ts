import { connection } from '@planet/runtime/connection'
import { parseId } from '@planet/runtime/ids'
import type { CreatorResolvers } from '../../generated/resolvers.ts'
import { sessionKey } from '../db/live-session.ts'

/** Creators belong to another subgraph: any well-formed id stands for one. */
export const Creator: CreatorResolvers = {
  __resolveReference: (reference) => {
    const id = parseId<'User'>(reference.id)
    return id && { id }
  },
  liveSessions: (creator, args, { loaders }) =>
    connection(args, (page) => loaders.sessionsOfHost.load({ parentId: creator.id, ...page }), sessionKey),
}
