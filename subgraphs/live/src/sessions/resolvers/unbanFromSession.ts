import { performOnce } from '@planet/runtime/idempotency'
import { parseId } from '@planet/runtime/ids'
import { requireUser } from '@planet/runtime/viewer'
import { idempotencyKeys } from '../../db/tables.ts'
import type { MutationResolvers, ResolversTypes } from '../../generated/resolvers.ts'
import { getSession } from '../db/live-session.ts'
import { findRoom } from '../db/room.ts'
import { endBan, lockLatestBan } from '../db/session-ban-writes.ts'
import { banEnd } from '../domain/ban.ts'
import { noSuchSessionOfHost, noSuchUser } from '../domain/refusals.ts'
import { tellBan } from '../events.ts'

type Result = Awaited<ResolversTypes['UnbanFromSessionResult']>

export const unbanFromSession: MutationResolvers['unbanFromSession'] = async (_, { input }, ctx) => {
  const { userId } = requireUser(ctx.viewer)
  const sessionId = parseId<'LiveSession'>(input.sessionId)
  const bannedId = parseId<'User'>(input.userId)
  if (!sessionId) return noSuchSessionOfHost()
  return performOnce<Result>(
    ctx.db,
    { table: idempotencyKeys, userId, mutation: 'unbanFromSession', input, resultId: sessionId, now: ctx.now() },
    async (tx) => {
      const room = await findRoom(tx, sessionId, userId)
      if (room?.session.hostId !== userId) return noSuchSessionOfHost()
      if (!bannedId) return noSuchUser()
      const now = ctx.now()
      const ban = await lockLatestBan(tx, sessionId, bannedId)
      const until = banEnd(ban, now)
      if (ban && until) await tellBan(tx, await endBan(tx, ban, until, userId), now)
      return { __typename: 'UnbanFromSessionSuccess', session: room.session }
    },
    async (tx) => ({ __typename: 'UnbanFromSessionSuccess', session: await getSession(tx, sessionId) }),
  )
}
