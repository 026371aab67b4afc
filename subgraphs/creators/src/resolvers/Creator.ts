import { parseId } from '@planet/runtime/ids'
import type { CreatorResolvers } from '../generated/resolvers.ts'

export const Creator: CreatorResolvers = {
  __resolveReference: ({ id }, ctx) => {
    const creatorId = parseId<'User'>(id)
    return creatorId && ctx.loaders.creator.load(creatorId)
  },
  viewerIsFollowing: (creator, _, ctx) => ctx.loaders.viewerIsFollowing.load(creator.id),
}
