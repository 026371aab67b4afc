import { emit } from '@planet/runtime/event-log/append'
import { FollowChanged } from '@planet/runtime/events/creators'
import { performOnce } from '@planet/runtime/idempotency'
import { parseId } from '@planet/runtime/ids'
import { invalidInput } from '@planet/runtime/refusals'
import { requireUser } from '@planet/runtime/viewer'
import { addToFollowerCount, getCreator, lockCreator } from '../db/creator.ts'
import { endFollow } from '../db/follow.ts'
import { idempotencyKeys } from '../db/tables.ts'
import { findUser } from '../db/user.ts'
import { UNFOLLOWED } from '../domain/follow.ts'
import { notRegistered } from '../domain/refusals.ts'
import type { MutationResolvers, ResolversTypes } from '../generated/resolvers.ts'

type Result = Awaited<ResolversTypes['UnfollowCreatorResult']>

export const unfollowCreator: MutationResolvers['unfollowCreator'] = async (_, { input }, ctx) => {
  const { userId } = requireUser(ctx.viewer)
  const now = ctx.now()
  const creatorId = parseId<'User'>(input.creatorId)
  if (!creatorId) return invalidInput([{ field: 'creatorId', message: 'No such creator.' }])
  return performOnce<Result>(
    ctx.db,
    { table: idempotencyKeys, userId, mutation: 'unfollowCreator', input, resultId: creatorId, now },
    async (tx) => {
      if (!(await findUser(tx, userId))) return notRegistered()
      if (!(await lockCreator(tx, creatorId))) return invalidInput([{ field: 'creatorId', message: 'No such creator.' }])

      const until = await endFollow(tx, { userId, creatorId }, now)
      if (until) {
        const { followRevision: revision } = await addToFollowerCount(tx, creatorId, -1)
        await emit(tx, FollowChanged, until, { creatorId, userId, isFollowing: false, ...UNFOLLOWED, revision })
      }
      return { __typename: 'UnfollowCreatorSuccess', creator: await getCreator(tx, creatorId) }
    },
    async (tx) => ({ __typename: 'UnfollowCreatorSuccess', creator: await getCreator(tx, creatorId) }),
  )
}
