import { parseId } from '@planet/runtime/ids'
import type { UserResolvers } from '../generated/resolvers.ts'
import { maySeeOrdersOf } from '../loaders.ts'

export const User: UserResolvers = {
  __resolveReference: (reference) => {
    const id = parseId<'User'>(reference.id)
    return id && { id }
  },
  trades: (user, page, ctx) =>
    maySeeOrdersOf(ctx.viewer, user.id) ? ctx.loaders.tradesOfUser.load({ parentId: user.id, page }) : null,
}
