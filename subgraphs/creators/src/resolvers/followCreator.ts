import { emit } from '@planet/runtime/event-log/append'
import { FollowChanged } from '@planet/runtime/events/creators'
import { performOnce } from '@planet/runtime/idempotency'
import { parseId } from '@planet/runtime/ids'
import { invalidInput } from '@planet/runtime/refusals'
import { requireUser } from '@planet/runtime/viewer'
import { addToFollowerCount, findCreator, getCreator } from '../db/creator.ts'
import { insertFollow } from '../db/follow.ts'
import { idempotencyKeys } from '../db/tables.ts'
import { findUser } from '../db/user.ts'
import { notRegistered } from '../domain/refusals.ts'
import type { MutationResolvers, ResolversTypes } from '../generated/resolvers.ts'

type Result = Awaited<ResolversTypes['FollowCreatorResult']>

export const followCreator: MutationResolvers['followCreator'] = async (_, { input }, ctx) => {
  const { userId } = requireUser(ctx.viewer)
  const now = ctx.now()
  const creatorId = parseId<'User'>(input.creatorId)
  if (!creatorId) return invalidInput([{ field: 'creatorId', message: 'No such creator.' }])
  if (creatorId === userId) return invalidInput([{ field: 'creatorId', message: 'Nobody can follow themselves.' }])
  return performOnce<Result>(
    ctx.db,
    { table: idempotencyKeys, userId, mutation: 'followCreator', input, resultId: creatorId, now },
    async (tx) => {
      if (!(await findUser(tx, userId))) return notRegistered()
      if (!(await findCreator(tx, creatorId))) return invalidInput([{ field: 'creatorId', message: 'No such creator.' }])

      const isNew = await insertFollow(tx, { userId, creatorId, followedAt: now })
      if (isNew) {
        const { followRevision } = await addToFollowerCount(tx, creatorId, 1)
        await emit(tx, FollowChanged, now, { creatorId, userId, isFollowing: true, revision: followRevision })
      }
      return { __typename: 'FollowCreatorSuccess', creator: await getCreator(tx, creatorId) }
    },
    async (tx) => ({ __typename: 'FollowCreatorSuccess', creator: await getCreator(tx, creatorId) }),
  )
}
