import { performOnce } from '@planet/runtime/idempotency'
import { parseId } from '@planet/runtime/ids'
import { requireUser } from '@planet/runtime/viewer'
import { idempotencyKeys } from '../../db/tables.ts'
import type { MutationResolvers, ResolversTypes } from '../../generated/resolvers.ts'
import { noSuchSession } from '../../sessions/domain/refusals.ts'
import { changeSeat, lockStagedRoom, readSeat } from '../change-seat.ts'

type Result = Awaited<ResolversTypes['LeaveStageResult']>

export const leaveStage: MutationResolvers['leaveStage'] = async (_, { input }, ctx) => {
  const { userId } = requireUser(ctx.viewer)
  const sessionId = parseId<'LiveSession'>(input.sessionId)
  if (!sessionId) return noSuchSession()
  return performOnce<Result>(
    ctx.db,
    { table: idempotencyKeys, userId, mutation: 'leaveStage', input, resultId: sessionId, now: ctx.now() },
    async (tx) => {
      const room = await lockStagedRoom(tx, sessionId, userId)
      if (!room) return noSuchSession()
      const changed = await changeSeat(tx, room, userId, 'leave', ctx.now())
      return 'seat' in changed ? { __typename: 'LeaveStageSuccess', ...changed } : changed
    },
    async (tx) => ({ __typename: 'LeaveStageSuccess', ...(await readSeat(tx, sessionId, userId)) }),
  )
}
