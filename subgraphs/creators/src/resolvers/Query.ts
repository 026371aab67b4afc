import { connection, instantKey } from '@planet/runtime/connection'
import { parseId } from '@planet/runtime/ids'
import { requireRole } from '@planet/runtime/viewer'
import { findCreatorByHandle, findCreatorsPage } from '../db/creator.ts'
import { findTokenRevocationsPage } from '../db/token-revocation.ts'
import { isHandle } from '../domain/account.ts'
import type { QueryResolvers } from '../generated/resolvers.ts'

export const Query: QueryResolvers = {
  viewer: (_, __, ctx) => ctx.viewer,
  // Each of its fields says what holds.
  rateLimits: () => ({}),
  creator: (_, { id }, ctx) => {
    const creatorId = parseId<'User'>(id)
    return creatorId && ctx.loaders.creator.load(creatorId)
  },
  creatorByHandle: (_, { handle }, ctx) => (isHandle(handle) ? findCreatorByHandle(ctx.db, handle) : null),
  creators: (_, args, ctx) =>
    connection(
      args,
      (page) => findCreatorsPage(ctx.db, page),
      (row) => instantKey(row.openedAt, row.id),
    ),
  tokenRevocations: (_, { since, ...args }, ctx) => {
    requireRole(ctx.viewer, 'admin')
    return connection(
      args,
      (page) => findTokenRevocationsPage(ctx.db, since, page),
      (row) => instantKey(row.revokedAt, row.id),
    )
  },
}
