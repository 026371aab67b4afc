import { performOnce } from '@planet/runtime/idempotency'
import { parseId } from '@planet/runtime/ids'
import { invalidInput } from '@planet/runtime/refusals'
import { requireUser } from '@planet/runtime/viewer'
import { idempotencyKeys } from '../../db/tables.ts'
import type { MutationResolvers, ResolversTypes } from '../../generated/resolvers.ts'
import { bannedFromSession, noSuchSession } from '../../sessions/domain/refusals.ts'
import { changeSeat, lockStagedRoom, readSeat } from '../change-seat.ts'

type Result = Awaited<ResolversTypes['RequestSeatResult']>

export const requestSeat: MutationResolvers['requestSeat'] = async (_, { input }, ctx) => {
  const { userId } = requireUser(ctx.viewer)
  const sessionId = parseId<'LiveSession'>(input.sessionId)
  if (!sessionId) return noSuchSession()
  return performOnce<Result>(
    ctx.db,
    { table: idempotencyKeys, userId, mutation: 'requestSeat', input, resultId: sessionId, now: ctx.now() },
    async (tx) => {
      const room = await lockStagedRoom(tx, sessionId, userId)
      if (!room) return noSuchSession()
      if (room.session.hostId === userId) return invalidInput([{ field: 'sessionId', message: 'A host is on stage anyway.' }])
      if (room.isBanned) return bannedFromSession()
      const changed = await changeSeat(tx, room, userId, 'request', ctx.now())
      return 'seat' in changed ? { __typename: 'RequestSeatSuccess', ...changed } : changed
    },
    async (tx) => ({ __typename: 'RequestSeatSuccess', ...(await readSeat(tx, sessionId, userId)) }),
  )
}
