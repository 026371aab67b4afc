import { connection, instantKey } from '@planet/runtime/connection'
import { parseId } from '@planet/runtime/ids'
import type { UserResolvers } from '../../generated/resolvers.ts'
import { maySeeOrdersOf } from '../loaders.ts'

export const User: UserResolvers = {
  __resolveReference: (reference) => {
    const id = parseId<'User'>(reference.id)
    return id && { id }
  },
  trades: (user, args, ctx) => {
    if (!maySeeOrdersOf(ctx.viewer, user.id)) return null
    return connection(
      args,
      (page) => ctx.loaders.tradesOfUser.load({ parentId: user.id, ...page }),
      (row) => instantKey(row.executedAt, row.id),
    )
  },
}
