import { connection } from '@planet/runtime/connection'
import { parseId } from '@planet/runtime/ids'
import type { CreatorResolvers } from '../../generated/resolvers.ts'

export const Creator: CreatorResolvers = {
  __resolveReference: ({ id }) => {
    const creatorId = parseId<'User'>(id)
    return creatorId && { id: creatorId }
  },
  posts: (creator, args, ctx) =>
    connection(
      args,
      (page) => ctx.loaders.postsOfAuthor.load({ parentId: creator.id, ...page }),
      (row) => row.id,
    ),
}
