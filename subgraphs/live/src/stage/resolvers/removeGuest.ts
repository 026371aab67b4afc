import { performOnce } from '@planet/runtime/idempotency'
import { parseId } from '@planet/runtime/ids'
import { requireUser } from '@planet/runtime/viewer'
import { idempotencyKeys } from '../../db/tables.ts'
import type { MutationResolvers, ResolversTypes } from '../../generated/resolvers.ts'
import { noSuchSessionOfHost, noSuchUser } from '../../sessions/domain/refusals.ts'
import { changeSeat, lockStagedRoom, readSeat } from '../change-seat.ts'

type Result = Awaited<ResolversTypes['RemoveGuestResult']>

export const removeGuest: MutationResolvers['removeGuest'] = async (_, { input }, ctx) => {
  const { userId } = requireUser(ctx.viewer)
  const sessionId = parseId<'LiveSession'>(input.sessionId)
  const guestId = parseId<'User'>(input.userId)
  if (!sessionId) return noSuchSessionOfHost()
  if (!guestId) return noSuchUser()
  return performOnce<Result>(
    ctx.db,
    { table: idempotencyKeys, userId, mutation: 'removeGuest', input, resultId: sessionId, now: ctx.now() },
    async (tx) => {
      const room = await lockStagedRoom(tx, sessionId, userId)
      if (room?.session.hostId !== userId) return noSuchSessionOfHost()
      const changed = await changeSeat(tx, room, guestId, 'remove', ctx.now())
      return 'seat' in changed ? { __typename: 'RemoveGuestSuccess', ...changed } : changed
    },
    async (tx) => ({ __typename: 'RemoveGuestSuccess', ...(await readSeat(tx, sessionId, guestId)) }),
  )
}
