import { parseId } from '@planet/runtime/ids'
import type { CircleResolvers } from '../generated/resolvers.ts'

export const Circle: CircleResolvers = {
  __resolveReference: ({ id }) => {
    const circleId = parseId<'Circle'>(id)
    return circleId && { id: circleId }
  },
  feed: async (circle, page, ctx) => {
    const { circleIds } = await ctx.loaders.visibility()
    return circleIds.includes(circle.id) ? ctx.loaders.postsOfCircle.load({ parentId: circle.id, page }) : null
  },
}
