import { emit } from '@planet/runtime/event-log/append'
import { IdentityChecked } from '@planet/runtime/events/creators'
import { performOnce } from '@planet/runtime/idempotency'
import { parseId } from '@planet/runtime/ids'
import { type InputFault, invalidInput } from '@planet/runtime/refusals'
import { requireRole } from '@planet/runtime/viewer'
import { storeIdentity } from '../db/identity.ts'
import { idempotencyKeys } from '../db/tables.ts'
import { getUser, updateIdentity } from '../db/user.ts'
import { IDENTITY_CHECK } from '../domain/identity.ts'
import type { MutationResolvers, ResolversTypes } from '../generated/resolvers.ts'

type Result = Awaited<ResolversTypes['RecordIdentityCheckResult']>

export const recordIdentityCheck: MutationResolvers['recordIdentityCheck'] = async (_, { input }, ctx) => {
  const admin = requireRole(ctx.viewer, 'admin')
  const now = ctx.now()
  const userId = parseId<'User'>(input.userId)
  const identityClusterId = input.identityClusterId ? parseId<'IdentityCluster'>(input.identityClusterId) : userId
  const faults: InputFault[] = []
  if (!userId) faults.push({ field: 'userId', message: 'No such user.' })
  if (!identityClusterId && input.identityClusterId) faults.push({ field: 'identityClusterId', message: 'Must be a UUID.' })
  if (!userId || !identityClusterId) return invalidInput(faults)
  return performOnce<Result>(
    ctx.db,
    { table: idempotencyKeys, userId: admin.userId, mutation: 'recordIdentityCheck', input, resultId: userId, now },
    async (tx) => {
      const held = { isVerified: input.isVerified, identityClusterId }
      const user = await updateIdentity(tx, userId, held)
      if (!user) return invalidInput([{ field: 'userId', message: 'No such user.' }])
      const checked = { userId, ...held, ...IDENTITY_CHECK }
      const from = await storeIdentity(tx, { ...checked, checkedById: admin.userId }, now)
      await emit(tx, IdentityChecked, from, checked)
      return { __typename: 'RecordIdentityCheckSuccess', user }
    },
    async (tx) => ({ __typename: 'RecordIdentityCheckSuccess', user: await getUser(tx, userId) }),
  )
}
