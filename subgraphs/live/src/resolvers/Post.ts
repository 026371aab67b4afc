import { parseId } from '@planet/runtime/ids'
import type { PostResolvers } from '../generated/resolvers.ts'
import { selects } from '../selection.ts'

/** Posts belong to another subgraph: any well-formed id stands for one, and only public ones have sessions. */
export const Post: PostResolvers = {
  __resolveReference: (reference) => {
    const id = parseId<'Post'>(reference.id)
    return id && { id }
  },
  liveSessions: (post, page, ctx, info) => {
    const withVotes = selects(info, 'edges', 'node', 'consensus')
    return ctx.loaders.sessionsOfPost.load({ parentId: post.id, page, withVotes })
  },
}
