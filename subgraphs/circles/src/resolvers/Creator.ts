import { connectionOf, decidePage, instantKey } from '@planet/runtime/connection'
import { parseId } from '@planet/runtime/ids'
import type { CreatorResolvers } from '../generated/resolvers.ts'

export const Creator: CreatorResolvers = {
  /** Whether there is such a creator is for creators to say; here one without circles has an empty list. */
  __resolveReference: (reference) => {
    const id = parseId<'User'>(reference.id)
    return id && { id }
  },
  circles: async (creator, args, ctx) =>
    connectionOf(args, await ctx.loaders.hostedCircles.load({ ...decidePage(args), parentId: creator.id }), (row) =>
      instantKey(row.openedAt, row.id),
    ),
}
