import { parseId } from '@planet/runtime/ids'
import type { QueryResolvers } from '../../generated/resolvers.ts'

export const Query: Pick<QueryResolvers, 'post'> = {
  post: (_, { id }, ctx) => {
    const postId = parseId<'Post'>(id)
    return postId && ctx.loaders.post.load(postId)
  },
}
