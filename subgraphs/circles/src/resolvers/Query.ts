import { connection, instantKey } from '@planet/runtime/connection'
import { parseId } from '@planet/runtime/ids'
import { requireUser } from '@planet/runtime/viewer'
import { findCirclesPage, findJoinedPage } from '../db/circle.ts'
import type { QueryResolvers } from '../generated/resolvers.ts'

export const Query: QueryResolvers = {
  circle: (_, { id }, ctx) => {
    const circleId = parseId<'Circle'>(id)
    return circleId && ctx.loaders.circle.load(circleId)
  },
  circles: (_, args, ctx) =>
    connection(
      args,
      (page) => findCirclesPage(ctx.db, page),
      (row) => instantKey(row.openedAt, row.id),
    ),
  myCircles: (_, args, ctx) => {
    const { userId } = requireUser(ctx.viewer)
    return connection(
      args,
      (page) => findJoinedPage(ctx.db, userId, page),
      (row) => instantKey(row.joinedAt, row.id),
    )
  },
}
