import { parseId } from '@planet/runtime/ids'
import type { CreatorResolvers } from '../generated/resolvers.ts'

export const Creator: CreatorResolvers = {
  __resolveReference: ({ id }) => {
    const creatorId = parseId<'User'>(id)
    return creatorId && { id: creatorId }
  },
  posts: (creator, page, ctx) => ctx.loaders.postsOfAuthor.load({ parentId: creator.id, page }),
}
