import { performOnce } from '@planet/runtime/idempotency'
import { parseId } from '@planet/runtime/ids'
import { invalidInput } from '@planet/runtime/refusals'
import { requireUser } from '@planet/runtime/viewer'
import { isRegistered } from '../../copies/db/user.ts'
import { idempotencyKeys } from '../../db/tables.ts'
import type { MutationResolvers, ResolversTypes } from '../../generated/resolvers.ts'
import { isBanned } from '../../sessions/db/session-ban.ts'
import { noSuchSessionOfHost, noSuchUser } from '../../sessions/domain/refusals.ts'
import { changeSeat, lockStagedRoom, readSeat } from '../change-seat.ts'

type Result = Awaited<ResolversTypes['InviteGuestResult']>

export const inviteGuest: MutationResolvers['inviteGuest'] = async (_, { input }, ctx) => {
  const { userId } = requireUser(ctx.viewer)
  const sessionId = parseId<'LiveSession'>(input.sessionId)
  const guestId = parseId<'User'>(input.userId)
  if (!sessionId) return noSuchSessionOfHost()
  if (!guestId) return noSuchUser()
  return performOnce<Result>(
    ctx.db,
    { table: idempotencyKeys, userId, mutation: 'inviteGuest', input, resultId: sessionId, now: ctx.now() },
    async (tx) => {
      const room = await lockStagedRoom(tx, sessionId, userId)
      if (room?.session.hostId !== userId) return noSuchSessionOfHost()
      if (guestId === userId) return invalidInput([{ field: 'userId', message: 'A host is on stage anyway.' }])
      if (!(await isRegistered(tx, guestId))) return noSuchUser()
      if (await isBanned(tx, sessionId, guestId)) {
        return invalidInput([{ field: 'userId', message: 'The user is banned from the session.' }])
      }
      const changed = await changeSeat(tx, room, guestId, 'invite', ctx.now())
      return 'seat' in changed ? { __typename: 'InviteGuestSuccess', ...changed } : changed
    },
    async (tx) => ({ __typename: 'InviteGuestSuccess', ...(await readSeat(tx, sessionId, guestId)) }),
  )
}
