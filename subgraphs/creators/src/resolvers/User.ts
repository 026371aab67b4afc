import { connection, instantKey } from '@planet/runtime/connection'
import { parseId } from '@planet/runtime/ids'
import { hasRole, type Viewer } from '@planet/runtime/viewer'
import { findFollowedPage } from '../db/follow.ts'
import type { UserRow } from '../db/user.ts'
import type { UserResolvers } from '../generated/resolvers.ts'

/** Whether the viewer is the user, an analyst or an admin. */
const isPrivateTo = (user: UserRow, viewer: Viewer | null) => viewer?.userId === user.id || hasRole(viewer, 'analyst')

export const User: UserResolvers = {
  __resolveReference: ({ id }, ctx) => {
    const userId = parseId<'User'>(id)
    return userId && ctx.loaders.user.load(userId)
  },
  creator: (user, _, ctx) => ctx.loaders.creator.load(user.id),
  acquisitionSource: (user, _, ctx) => (isPrivateTo(user, ctx.viewer) ? user.acquisitionSource : null),
  acquiredBy: (user, _, ctx) =>
    user.acquiredById !== null && isPrivateTo(user, ctx.viewer) ? ctx.loaders.user.load(user.acquiredById) : null,
  following: (user, args, ctx) => {
    if (!isPrivateTo(user, ctx.viewer)) return null
    return connection(
      args,
      (page) => findFollowedPage(ctx.db, user.id, page),
      (row) => instantKey(row.followedAt, row.id),
    )
  },
}
