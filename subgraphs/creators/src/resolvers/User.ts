import { connection, instantKey } from '@planet/runtime/connection'
import { parseId } from '@planet/runtime/ids'
import { hasRole } from '@planet/runtime/viewer'
import { findFollowedPage } from '../db/follow.ts'
import type { UserResolvers } from '../generated/resolvers.ts'

export const User: UserResolvers = {
  __resolveReference: ({ id }, ctx) => {
    const userId = parseId<'User'>(id)
    return userId && ctx.loaders.user.load(userId)
  },
  creator: (user, _, ctx) => ctx.loaders.creator.load(user.id),
  following: (user, args, ctx) => {
    if (ctx.viewer?.userId !== user.id && !hasRole(ctx.viewer, 'analyst')) return null
    return connection(
      args,
      (page) => findFollowedPage(ctx.db, user.id, page),
      (row) => instantKey(row.followedAt, row.id),
    )
  },
}
