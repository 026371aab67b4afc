import { performOnce } from '@planet/runtime/idempotency'
import { parseId } from '@planet/runtime/ids'
import { requireUser } from '@planet/runtime/viewer'
import { changeSeat, readSeat } from '../change-seat.ts'
import { findRoom } from '../db/room.ts'
import { lockStage } from '../db/stage.ts'
import { idempotencyKeys } from '../db/tables.ts'
import { noSuchSession } from '../domain/refusals.ts'
import type { MutationResolvers, ResolversTypes } from '../generated/resolvers.ts'

type Result = Awaited<ResolversTypes['LeaveStageResult']>

export const leaveStage: MutationResolvers['leaveStage'] = async (_, { input }, ctx) => {
  const { userId } = requireUser(ctx.viewer)
  const sessionId = parseId<'LiveSession'>(input.sessionId)
  if (!sessionId) return noSuchSession()
  return performOnce<Result>(
    ctx.db,
    { table: idempotencyKeys, userId, mutation: 'leaveStage', input, resultId: sessionId, now: ctx.now() },
    async (tx) => {
      const stage = await lockStage(tx, sessionId)
      // After the lock, which the session's end takes too.
      const room = await findRoom(tx, sessionId, userId)
      if (!room) return noSuchSession()
      const changed = await changeSeat(tx, { session: room.session, stage }, userId, 'leave', ctx.now())
      return 'seat' in changed ? { __typename: 'LeaveStageSuccess', ...changed } : changed
    },
    async (tx) => ({ __typename: 'LeaveStageSuccess', ...(await readSeat(tx, sessionId, userId)) }),
  )
}
