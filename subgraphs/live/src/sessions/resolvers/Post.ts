import { connection } from '@planet/runtime/connection'
import { parseId } from '@planet/runtime/ids'
import type { PostResolvers } from '../../generated/resolvers.ts'
import { sessionKey } from '../db/live-session.ts'

/** Posts belong to another subgraph: any well-formed id stands for one, and only public ones have sessions. */
export const Post: PostResolvers = {
  __resolveReference: (reference) => {
    const id = parseId<'Post'>(reference.id)
    return id && { id }
  },
  liveSessions: (post, args, { loaders }) =>
    connection(args, (page) => loaders.sessionsOfPost.load({ parentId: post.id, ...page }), sessionKey),
}
