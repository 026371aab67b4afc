import { emit } from '@planet/runtime/event-log/append'
import { UserRegistered } from '@planet/runtime/events/creators'
import { performOnce } from '@planet/runtime/idempotency'
import { invalidInput } from '@planet/runtime/refusals'
import { requireUser } from '@planet/runtime/viewer'
import { idempotencyKeys } from '../db/tables.ts'
import { findUser, getUser, insertUser } from '../db/user.ts'
import { findRegistrationFaults } from '../domain/account.ts'
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
      const faults = findRegistrationFaults(input)
      if (faults.length > 0) return invalidInput(faults)

      const earlier = await findUser(tx, userId)
      if (earlier) return alreadyRegistered(earlier)

      const user = await insertUser(tx, {
        id: userId,
        handle: input.handle,
        displayName: input.displayName.trim(),
        identityClusterId: userId,
        registeredAt: now,
      })
      if (!user) return { __typename: 'HandleTaken', code: 'HANDLE_TAKEN', message: 'Another user has this handle.' }
      await emit(tx, UserRegistered, now, { userId, handle: user.handle })
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
