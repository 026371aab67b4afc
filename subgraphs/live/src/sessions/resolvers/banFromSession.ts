import { performOnce } from '@planet/runtime/idempotency'
import { newId, parseId } from '@planet/runtime/ids'
import { invalidInput } from '@planet/runtime/refusals'
import { requireUser } from '@planet/runtime/viewer'
import { idempotencyKeys } from '../../db/tables.ts'
import type { MutationResolvers, ResolversTypes } from '../../generated/resolvers.ts'
import { findSessions, getSession } from '../db/live-session.ts'
import { insertBanOnce, lockLatestBan } from '../db/session-ban-writes.ts'
import { banStart } from '../domain/ban.ts'
import { noSuchSessionOfHost } from '../domain/refusals.ts'
import { tellBan } from '../events.ts'
import type { SessionHooks } from '../hooks.ts'

type Result = Awaited<ResolversTypes['BanFromSessionResult']>

export const banFromSession =
  (hooks: SessionHooks): MutationResolvers['banFromSession'] =>
  async (_, { input }, ctx) => {
    const { userId } = requireUser(ctx.viewer)
    const sessionId = parseId<'LiveSession'>(input.sessionId)
    const bannedId = parseId<'User'>(input.userId)
    const badUser = { field: 'userId', message: bannedId ? 'A host cannot be banned.' : 'No such user.' }
    if (!sessionId) return noSuchSessionOfHost()
    return performOnce<Result>(
      ctx.db,
      { table: idempotencyKeys, userId, mutation: 'banFromSession', input, resultId: sessionId, now: ctx.now() },
      async (tx) => {
        const [session] = await findSessions(tx, [sessionId])
        if (session?.hostId !== userId) return noSuchSessionOfHost()
        if (!bannedId || bannedId === userId) return invalidInput([badUser])
        const now = ctx.now()
        const from = banStart(await lockLatestBan(tx, sessionId, bannedId), now)
        const { reason = null } = input
        const ban =
          from &&
          (await insertBanOnce(tx, {
            id: newId<'SessionBan'>(now),
            sessionId,
            userId: bannedId,
            from,
            reason,
            source: 'HOST',
            bannedBy: userId,
          }))
        // Whoever comes on the way to the stage meanwhile is waited for and taken off; who comes later finds the ban.
        await hooks.takeOffStage(tx, sessionId, bannedId, ctx.now)
        if (ban) await tellBan(tx, ban, now)
        return { __typename: 'BanFromSessionSuccess', session: await getSession(tx, sessionId) }
      },
      async (tx) => ({ __typename: 'BanFromSessionSuccess', session: await getSession(tx, sessionId) }),
    )
  }
