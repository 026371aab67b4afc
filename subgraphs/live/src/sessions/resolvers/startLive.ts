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
import { decideStart } from '../domain/session.ts'
import { recordMoment } from '../events.ts'
import type { SessionHooks } from '../hooks.ts'

type Result = Awaited<ResolversTypes['StartLiveResult']>

export const startLive =
  (hooks: SessionHooks): MutationResolvers['startLive'] =>
  async (_, { input }, ctx) => {
    const { userId } = requireUser(ctx.viewer)
    const sessionId = parseId<'LiveSession'>(input.sessionId)
    if (!sessionId) return noSuchSessionOfHost()
    return performOnce<Result>(
      ctx.db,
      { table: idempotencyKeys, userId, mutation: 'startLive', input, resultId: sessionId, now: ctx.now() },
      async (tx) => {
        const session = await lockSession(tx, sessionId)
        if (session?.hostId !== userId) return noSuchSessionOfHost()
        const now = ctx.now()
        const decision = decideStart(session, now)
        if (decision.kind === 'WrongLiveStatus') return wrongLiveStatus(decision.status)

        const { kind: _kind, ...change } = decision
        // From the start on, what crowds have done later changes nothing about this one.
        const extremisingExponent = session.extremisingExponent ?? (await hooks.chooseExponent(tx))
        await updateStatus(tx, sessionId, { ...change, extremisingExponent })
        await recordMoment(tx, { sessionId, kind: 'STARTED', at: now })
        await emit(tx, SessionChanged, now, { sessionId, status: decision.status })
        return { __typename: 'StartLiveSuccess', session: await getSession(tx, sessionId) }
      },
      async (tx) => ({ __typename: 'StartLiveSuccess', session: await getSession(tx, sessionId) }),
    )
  }
