import { performOnce } from '@planet/runtime/idempotency'
import { parseId } from '@planet/runtime/ids'
import { invalidInput } from '@planet/runtime/refusals'
import { requireUser } from '@planet/runtime/viewer'
import { getCircle, lockCircle } from '../db/circle.ts'
import { findStanding, storeChange } from '../db/member.ts'
import { idempotencyKeys } from '../db/tables.ts'
import { decideLeaving } from '../domain/membership.ts'
import { noSuchCircle } from '../domain/refusals.ts'
import { emitMembershipChanged } from '../events.ts'
import type { MutationResolvers, ResolversTypes } from '../generated/resolvers.ts'

type Result = Awaited<ResolversTypes['LeaveCircleResult']>

export const leaveCircle: MutationResolvers['leaveCircle'] = async (_, { input }, ctx) => {
  const { userId } = requireUser(ctx.viewer)
  const now = ctx.now()
  const circleId = parseId<'Circle'>(input.circleId)
  if (!circleId) return invalidInput([noSuchCircle])
  return performOnce<Result>(
    ctx.db,
    { table: idempotencyKeys, userId, mutation: 'leaveCircle', input, resultId: circleId, now },
    async (tx) => {
      const circle = await lockCircle(tx, circleId)
      if (!circle) return invalidInput([noSuchCircle])

      const decision = decideLeaving(circle.hostId === userId, await findStanding(tx, userId, circleId))
      switch (decision.kind) {
        case 'HostCannotLeave':
          return invalidInput([{ field: 'circleId', message: 'The host cannot leave the circle.' }])
        case 'Unchanged':
          return { __typename: 'LeaveCircleSuccess', circle }
        case 'Changed': {
          const { circle: after, from } = await storeChange(tx, { circleId, userId }, decision, now)
          const { hostId, revision } = after
          await emitMembershipChanged(tx, from, { circleId, userId, hostId, revision }, decision)
          return { __typename: 'LeaveCircleSuccess', circle: after }
        }
        default:
          decision satisfies never
          throw new Error('unreachable')
      }
    },
    async (tx) => ({ __typename: 'LeaveCircleSuccess', circle: await getCircle(tx, circleId) }),
  )
}
