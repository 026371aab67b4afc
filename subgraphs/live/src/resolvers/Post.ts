import { connection } from '@planet/runtime/connection'
import { parseId } from '@planet/runtime/ids'
import type { PostResolvers } from '../generated/resolvers.ts'
import { sessionKey } from '../loaders.ts'
import { selects } from '../selection.ts'

/** Posts belong to another subgraph: any well-formed id stands for one, and only public ones have sessions. */
export const Post: PostResolvers = {
  __resolveReference: (reference) => {
    const id = parseId<'Post'>(reference.id)
    return id && { id }
  },
  liveSessions: (post, args, ctx, info) => {
    const { loaders } = ctx
    const loader = selects(info, 'edges', 'node', 'consensus') ? loaders.sessionsWithVotesOfPost : loaders.sessionsOfPost
    return connection(args, (page) => loader.load({ parentId: post.id, ...page }), sessionKey)
  },
}
