import { emit } from '@planet/runtime/event-log/append'
import { FollowChanged } from '@planet/runtime/events/creators'
import { performOnce } from '@planet/runtime/idempotency'
import { parseId } from '@planet/runtime/ids'
import { invalidInput } from '@planet/runtime/refusals'
import { requireUser } from '@planet/runtime/viewer'
import { addToFollowerCount, getCreator, lockCreator } from '../db/creator.ts'
import { insertFollow } from '../db/follow.ts'
import { idempotencyKeys } from '../db/tables.ts'
import { findUser } from '../db/user.ts'
import { FOLLOWED } from '../domain/follow.ts'
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
      const locked = await lockCreator(tx, creatorId)
      if (!locked) return invalidInput([{ field: 'creatorId', message: 'No such creator.' }])

      const revision = locked.followRevision + 1
      const from = await insertFollow(tx, { userId, creatorId, revision }, now)
      if (from) {
        await addToFollowerCount(tx, creatorId, 1)
        await emit(tx, FollowChanged, from, { creatorId, userId, isFollowing: true, ...FOLLOWED, revision })
      }
      return { __typename: 'FollowCreatorSuccess', creator: await getCreator(tx, creatorId) }
    },
    async (tx) => ({ __typename: 'FollowCreatorSuccess', creator: await getCreator(tx, creatorId) }),
  )
}
