import { performOnce } from '@planet/runtime/idempotency'
import { type Id, newId } from '@planet/runtime/ids'
import { invalidInput } from '@planet/runtime/refusals'
import { requireUser } from '@planet/runtime/viewer'
import { getCircle, insertCircle } from '../db/circle.ts'
import { isCreator } from '../db/creator.ts'
import { insertMember } from '../db/member.ts'
import { idempotencyKeys } from '../db/tables.ts'
import { findCircleFaults } from '../domain/circle.ts'
import { OPENING } from '../domain/membership.ts'
import { emitMembershipChanged } from '../events.ts'
import type { MutationResolvers, ResolversTypes } from '../generated/resolvers.ts'

type Result = Awaited<ResolversTypes['OpenCircleResult']>

export const openCircle: MutationResolvers['openCircle'] = async (_, { input }, ctx) => {
  const { userId } = requireUser(ctx.viewer)
  const now = ctx.now()
  const call = { table: idempotencyKeys, userId, mutation: 'openCircle', input, resultId: newId<'Circle'>(now), now }
  return performOnce<Result>(
    ctx.db,
    call,
    async (tx) => {
      const faults = findCircleFaults(input)
      if (faults.length > 0) return invalidInput(faults)
      if (!(await isCreator(tx, userId))) return notACircleHost()

      const circle = await insertCircle(tx, {
        id: call.resultId,
        name: input.name.trim(),
        purpose: input.purpose,
        admissionPolicy: input.admissionPolicy,
        hostId: userId,
        memberCount: OPENING.memberCountBy,
        revision: 1,
        openedAt: now,
      })
      const host = { circleId: circle.id, userId, revision: circle.revision }
      await insertMember(tx, { ...host, state: OPENING.to, from: now, ...OPENING.cause })
      await emitMembershipChanged(tx, now, { ...host, hostId: userId }, OPENING)
      return { __typename: 'OpenCircleSuccess', circle }
    },
    // The first call's result is the id it made.
    async (tx, circleId) => ({ __typename: 'OpenCircleSuccess', circle: await getCircle(tx, circleId as Id<'Circle'>) }),
  )
}

const notACircleHost = () => ({
  __typename: 'NotACircleHost' as const,
  code: 'NOT_A_CIRCLE_HOST',
  message: 'Open a creator profile first.',
})
