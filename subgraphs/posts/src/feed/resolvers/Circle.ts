import { connection } from '@planet/runtime/connection'
import { parseId } from '@planet/runtime/ids'
import type { CircleResolvers } from '../../generated/resolvers.ts'

export const Circle: CircleResolvers = {
  __resolveReference: ({ id }) => {
    const circleId = parseId<'Circle'>(id)
    return circleId && { id: circleId }
  },
  feed: async (circle, args, ctx) => {
    const { circleIds } = await ctx.loaders.visibility()
    if (!circleIds.includes(circle.id)) return null
    return connection(
      args,
      (page) => ctx.loaders.postsOfCircle.load({ parentId: circle.id, ...page }),
      (row) => row.id,
    )
  },
}
