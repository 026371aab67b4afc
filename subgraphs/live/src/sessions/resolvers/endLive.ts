import { emit } from '@planet/runtime/event-log/append'
import { SessionChanged } from '@planet/runtime/events/live'
import { performOnce } from '@planet/runtime/idempotency'
import { parseId } from '@planet/runtime/ids'
import { requireUser } from '@planet/runtime/viewer'
import { idempotencyKeys } from '../../db/tables.ts'
import type { MutationResolvers, ResolversTypes } from '../../generated/resolvers.ts'
import { getSession, lockSession } from '../db/live-session.ts'
import { updateStatus } from '../db/live-session-writes.ts'
import { noSuchSessionOfHost, wrongLiveStatus } from '../domain/refusals.ts'
import { decideEnd } from '../domain/session.ts'
import { recordMoment } from '../events.ts'
import type { SessionHooks } from '../hooks.ts'

type Result = Awaited<ResolversTypes['EndLiveResult']>

export const endLive =
  (hooks: SessionHooks): MutationResolvers['endLive'] =>
  async (_, { input }, ctx) => {
    const { userId } = requireUser(ctx.viewer)
    const sessionId = parseId<'LiveSession'>(input.sessionId)
    if (!sessionId) return noSuchSessionOfHost()
    return performOnce<Result>(
      ctx.db,
      { table: idempotencyKeys, userId, mutation: 'endLive', input, resultId: sessionId, now: ctx.now() },
      async (tx) => {
        const session = await lockSession(tx, sessionId)
        if (session?.hostId !== userId) return noSuchSessionOfHost()
        // After the lock, so that no vote counted before is from later.
        const now = ctx.now()
        const decision = decideEnd(session, now)
        if (decision.kind === 'WrongLiveStatus') return wrongLiveStatus(decision.status)

        const refusal = await hooks.concludeVotes(tx, session, input.hostProbabilityUp ?? null, now)
        if (refusal) return refusal

        const { kind: _kind, ...change } = decision
        await updateStatus(tx, sessionId, change)
        await hooks.clearRoom(tx, sessionId, now)
        await recordMoment(tx, { sessionId, kind: 'ENDED', at: now })
        await emit(tx, SessionChanged, now, { sessionId, status: decision.status })
        return { __typename: 'EndLiveSuccess', session: await getSession(tx, sessionId) }
      },
      async (tx) => ({ __typename: 'EndLiveSuccess', session: await getSession(tx, sessionId) }),
    )
  }
