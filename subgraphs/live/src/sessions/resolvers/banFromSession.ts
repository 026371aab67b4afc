import { performOnce } from '@planet/runtime/idempotency'
import { parseId } from '@planet/runtime/ids'
import { invalidInput } from '@planet/runtime/refusals'
import { requireUser } from '@planet/runtime/viewer'
import { idempotencyKeys } from '../../db/tables.ts'
import type { MutationResolvers, ResolversTypes } from '../../generated/resolvers.ts'
import { changeSeat, lockStagedRoom } from '../../stage/change-seat.ts'
import { getSession } from '../db/live-session.ts'
import { insertBanOnce } from '../db/session-ban-writes.ts'
import { noSuchSessionOfHost } from '../domain/refusals.ts'

type Result = Awaited<ResolversTypes['BanFromSessionResult']>

export const banFromSession: MutationResolvers['banFromSession'] = async (_, { input }, ctx) => {
  const { userId } = requireUser(ctx.viewer)
  const sessionId = parseId<'LiveSession'>(input.sessionId)
  const bannedId = parseId<'User'>(input.userId)
  const badUser = { field: 'userId', message: bannedId ? 'A host cannot be banned.' : 'No such user.' }
  if (!sessionId) return noSuchSessionOfHost()
  return performOnce<Result>(
    ctx.db,
    { table: idempotencyKeys, userId, mutation: 'banFromSession', input, resultId: sessionId, now: ctx.now() },
    async (tx) => {
      // Before the ban, so that whoever is coming on stage meanwhile is taken off.
      const room = await lockStagedRoom(tx, sessionId, userId)
      if (room?.session.hostId !== userId) return noSuchSessionOfHost()
      if (!bannedId || bannedId === userId) return invalidInput([badUser])
      const { session } = room
      const now = ctx.now()
      await insertBanOnce(tx, { sessionId, userId: bannedId, bannedAt: now, bannedBy: userId })
      // Refused if there is nothing to leave.
      await changeSeat(tx, room, bannedId, 'leave', now)
      return { __typename: 'BanFromSessionSuccess', session }
    },
    async (tx) => ({ __typename: 'BanFromSessionSuccess', session: await getSession(tx, sessionId) }),
  )
}
