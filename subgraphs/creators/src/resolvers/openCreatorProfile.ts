import { emit } from '@planet/runtime/event-log/append'
import { CreatorProfileOpened } from '@planet/runtime/events/creators'
import { performOnce } from '@planet/runtime/idempotency'
import { invalidInput } from '@planet/runtime/refusals'
import { requireUser } from '@planet/runtime/viewer'
import { getCreator, insertCreator } from '../db/creator.ts'
import { insertRole } from '../db/role.ts'
import { idempotencyKeys } from '../db/tables.ts'
import { findUser } from '../db/user.ts'
import { findProfileFaults } from '../domain/account.ts'
import { notRegistered } from '../domain/refusals.ts'
import { PROFILE_OPENED } from '../domain/role.ts'
import type { MutationResolvers, ResolversTypes } from '../generated/resolvers.ts'

type Result = Awaited<ResolversTypes['OpenCreatorProfileResult']>

export const openCreatorProfile: MutationResolvers['openCreatorProfile'] = async (_, { input }, ctx) => {
  const { userId } = requireUser(ctx.viewer)
  const now = ctx.now()
  const call = { table: idempotencyKeys, userId, mutation: 'openCreatorProfile', input, resultId: userId, now }
  return performOnce<Result>(
    ctx.db,
    call,
    async (tx) => {
      const faults = findProfileFaults(input)
      if (faults.length > 0) return invalidInput(faults)

      const user = await findUser(tx, userId)
      if (!user) return notRegistered()

      const isNew = await insertCreator(tx, { id: userId, headline: input.headline, openedAt: now })
      if (isNew) {
        await insertRole(tx, { userId, from: now, ...PROFILE_OPENED })
        await emit(tx, CreatorProfileOpened, now, { creatorId: userId, handle: user.handle })
      }
      return { __typename: 'OpenCreatorProfileSuccess', creator: await getCreator(tx, userId) }
    },
    async (tx) => ({ __typename: 'OpenCreatorProfileSuccess', creator: await getCreator(tx, userId) }),
  )
}
