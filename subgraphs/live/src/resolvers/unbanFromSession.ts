import { performOnce } from '@planet/runtime/idempotency'
import { parseId } from '@planet/runtime/ids'
import { invalidInput } from '@planet/runtime/refusals'
import { requireUser } from '@planet/runtime/viewer'
import { getSession } from '../db/live-session.ts'
import { findRoom } from '../db/room.ts'
import { deleteBan } from '../db/session-ban.ts'
import { idempotencyKeys } from '../db/tables.ts'
import type { MutationResolvers, ResolversTypes } from '../generated/resolvers.ts'

type Result = Awaited<ResolversTypes['UnbanFromSessionResult']>

export const unbanFromSession: MutationResolvers['unbanFromSession'] = async (_, { input }, ctx) => {
  const { userId } = requireUser(ctx.viewer)
  const sessionId = parseId<'LiveSession'>(input.sessionId)
  const bannedId = parseId<'User'>(input.userId)
  if (!sessionId) return noSuchSession()
  return performOnce<Result>(
    ctx.db,
    { table: idempotencyKeys, userId, mutation: 'unbanFromSession', input, resultId: sessionId, now: ctx.now() },
    async (tx) => {
      const room = await findRoom(tx, sessionId, userId)
      if (room?.session.hostId !== userId) return noSuchSession()
      if (!bannedId) return invalidInput([{ field: 'userId', message: 'No such user.' }])
      await deleteBan(tx, sessionId, bannedId)
      return { __typename: 'UnbanFromSessionSuccess', session: room.session }
    },
    async (tx) => ({ __typename: 'UnbanFromSessionSuccess', session: await getSession(tx, sessionId) }),
  )
}

const noSuchSession = () => invalidInput([{ field: 'sessionId', message: 'No such session of yours.' }])
