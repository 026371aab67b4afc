import { emit } from '@planet/runtime/event-log/append'
import { VotingOpened } from '@planet/runtime/events/live'
import { performOnce } from '@planet/runtime/idempotency'
import { parseId } from '@planet/runtime/ids'
import { requireUser } from '@planet/runtime/viewer'
import { idempotencyKeys } from '../../db/tables.ts'
import type { MutationResolvers, ResolversTypes } from '../../generated/resolvers.ts'
import { getSession, lockSession } from '../../sessions/db/live-session.ts'
import { noSuchSessionOfHost, wrongLiveStatus } from '../../sessions/domain/refusals.ts'
import { recordMoment } from '../../sessions/events.ts'
import { setVotingLock } from '../db/voting-lock.ts'

type Result = Awaited<ResolversTypes['OpenVotingResult']>

export const openVoting: MutationResolvers['openVoting'] = async (_, { input }, ctx) => {
  const { userId } = requireUser(ctx.viewer)
  const sessionId = parseId<'LiveSession'>(input.sessionId)
  if (!sessionId) return noSuchSessionOfHost()
  return performOnce<Result>(
    ctx.db,
    { table: idempotencyKeys, userId, mutation: 'openVoting', input, resultId: sessionId, now: ctx.now() },
    async (tx) => {
      const session = await lockSession(tx, sessionId)
      if (session?.hostId !== userId) return noSuchSessionOfHost()
      if (session.status !== 'LIVE') return wrongLiveStatus(session.status)
      if (!session.votingLockedAt) return { __typename: 'OpenVotingSuccess', session }
      const opened = await setVotingLock(tx, sessionId, null)
      const now = ctx.now()
      await recordMoment(tx, { sessionId, kind: 'VOTING_OPENED', at: now })
      await emit(tx, VotingOpened, now, { sessionId })
      return { __typename: 'OpenVotingSuccess', session: opened }
    },
    async (tx) => ({ __typename: 'OpenVotingSuccess', session: await getSession(tx, sessionId) }),
  )
}
