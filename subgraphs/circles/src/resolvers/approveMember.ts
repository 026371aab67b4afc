import { codedError } from '@planet/runtime/errors'
import { performOnce } from '@planet/runtime/idempotency'
import { parseId } from '@planet/runtime/ids'
import { invalidInput } from '@planet/runtime/refusals'
import { requireUser } from '@planet/runtime/viewer'
import { getCircle, lockCircle } from '../db/circle.ts'
import { findStanding, storeChange } from '../db/member.ts'
import { idempotencyKeys } from '../db/tables.ts'
import { decideApproval } from '../domain/membership.ts'
import { noSuchCircle, noSuchRequest } from '../domain/refusals.ts'
import { emitMembershipChanged } from '../events.ts'
import type { MutationResolvers, ResolversTypes } from '../generated/resolvers.ts'

type Result = Awaited<ResolversTypes['ApproveMemberResult']>

export const approveMember: MutationResolvers['approveMember'] = async (_, { input }, ctx) => {
  const viewer = requireUser(ctx.viewer)
  const now = ctx.now()
  const circleId = parseId<'Circle'>(input.circleId)
  const userId = parseId<'User'>(input.userId)
  if (!circleId || !userId) return invalidInput([...(circleId ? [] : [noSuchCircle]), ...(userId ? [] : [noSuchRequest])])
  return performOnce<Result>(
    ctx.db,
    { table: idempotencyKeys, userId: viewer.userId, mutation: 'approveMember', input, resultId: circleId, now },
    async (tx) => {
      const circle = await lockCircle(tx, circleId)
      if (!circle) return invalidInput([noSuchCircle])

      const decision = decideApproval(circle.hostId === viewer.userId, await findStanding(tx, userId, circleId))
      switch (decision.kind) {
        case 'NotTheHost':
          throw codedError('FORBIDDEN', 'Only the host of the circle approves its members.')
        case 'NoRequest':
          return invalidInput([noSuchRequest])
        case 'Unchanged':
          return { __typename: 'ApproveMemberSuccess', circle }
        case 'Changed': {
          const { circle: after, from } = await storeChange(tx, { circleId, userId }, decision, now)
          const { hostId, revision } = after
          await emitMembershipChanged(tx, from, { circleId, userId, hostId, revision }, decision)
          return { __typename: 'ApproveMemberSuccess', circle: after }
        }
        default:
          decision satisfies never
          throw new Error('unreachable')
      }
    },
    async (tx) => ({ __typename: 'ApproveMemberSuccess', circle: await getCircle(tx, circleId) }),
  )
}
