import { emit } from '@planet/runtime/event-log/append'
import { UserRegistered } from '@planet/runtime/events/creators'
import { performOnce } from '@planet/runtime/idempotency'
import { parseId } from '@planet/runtime/ids'
import { invalidInput } from '@planet/runtime/refusals'
import { requireUser } from '@planet/runtime/viewer'
import { insertIdentity } from '../db/identity.ts'
import { idempotencyKeys } from '../db/tables.ts'
import { findAcquirer, findUser, getUser, insertUser } from '../db/user.ts'
import { findRegistrationFaults } from '../domain/account.ts'
import { findAcquisitionFaults } from '../domain/acquisition.ts'
import { REGISTERED } from '../domain/identity.ts'
import type { MutationResolvers, ResolversTypes } from '../generated/resolvers.ts'

type Result = Awaited<ResolversTypes['RegisterUserResult']>

export const registerUser: MutationResolvers['registerUser'] = async (_, { input }, ctx) => {
  const { userId } = requireUser(ctx.viewer)
  const now = ctx.now()
  const call = { table: idempotencyKeys, userId, mutation: 'registerUser', input, resultId: userId, now }
  return performOnce<Result>(
    ctx.db,
    call,
    async (tx) => {
      const acquirer = input.acquiredById ? await findAcquirer(tx, input.acquiredById) : null
      const faults = [...findRegistrationFaults(input), ...findAcquisitionFaults(input, acquirer)]
      if (faults.length > 0) return invalidInput(faults)

      const earlier = await findUser(tx, userId)
      if (earlier) return alreadyRegistered(earlier)

      const user = await insertUser(tx, {
        id: userId,
        handle: input.handle,
        displayName: input.displayName.trim(),
        identityClusterId: userId,
        acquisitionSource: input.acquisitionSource,
        acquiredById: input.acquiredById ? parseId<'User'>(input.acquiredById) : null,
        registeredAt: now,
      })
      if (!user) return { __typename: 'HandleTaken', code: 'HANDLE_TAKEN', message: 'Another user has this handle.' }
      const { handle, isVerified, identityClusterId, acquisitionSource, acquiredById } = user
      await insertIdentity(tx, { userId, revision: 1, isVerified, identityClusterId, from: now, ...REGISTERED })
      await emit(tx, UserRegistered, now, { userId, handle, acquisitionSource, acquiredById })
      return { __typename: 'RegisterUserSuccess', user }
    },
    async (tx) => ({ __typename: 'RegisterUserSuccess', user: await getUser(tx, userId) }),
  )
}

const alreadyRegistered = (user: Awaited<ReturnType<typeof getUser>>) => ({
  __typename: 'AlreadyRegistered' as const,
  code: 'ALREADY_REGISTERED',
  message: 'The viewer has an account already.',
  user,
})
