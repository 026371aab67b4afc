import { performOnce } from '@planet/runtime/idempotency'
import { newId, parseId } from '@planet/runtime/ids'
import { invalidInput } from '@planet/runtime/refusals'
import { requireUser } from '@planet/runtime/viewer'
import { closeRoom } from '../../close-room.ts'
import { idempotencyKeys } from '../../db/tables.ts'
import type { MutationResolvers, ResolversTypes } from '../../generated/resolvers.ts'
import { hasVotesSinceLock } from '../../predictions/db/prediction.ts'
import { decideLock } from '../../predictions/domain/prediction.ts'
import { storePrediction } from '../../predictions/lock-prediction.ts'
import { readRoomIn } from '../../voting/db/room-votes.ts'
import { insertSnapshotOnce } from '../../voting/db/snapshot.ts'
import { freezeVotes } from '../../voting/db/vote.ts'
import { getSession, lockSession } from '../db/live-session.ts'
import { updateStatus } from '../db/live-session-writes.ts'
import { noSuchSessionOfHost, wrongLiveStatus } from '../domain/refusals.ts'
import { decideEnd } from '../domain/session.ts'
import { emitSessionChanged } from '../events.ts'

type Result = Awaited<ResolversTypes['EndLiveResult']>

export const endLive: MutationResolvers['endLive'] = async (_, { input }, ctx) => {
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

      const { hostProbabilityUp = null } = input
      const { consensus, votes } = await readRoomIn(tx, sessionId, now)
      const lock = decideLock(session, consensus, hostProbabilityUp, now)
      if (lock.kind === 'ProbabilityOutOfRange') return invalidInput([OUT_OF_RANGE])
      // What is locked already, or was never new, is no other prediction.
      if (lock.kind === 'Locked' && (await hasVotesSinceLock(tx, sessionId))) {
        await storePrediction(tx, session, { ...lock, id: newId<'Prediction'>(now) }, hostProbabilityUp, now)
      }

      const { kind: _kind, ...change } = decision
      await updateStatus(tx, sessionId, change)
      await freezeVotes(tx, sessionId, votes)
      if (consensus.state !== 'HIDDEN') await insertSnapshotOnce(tx, sessionId, consensus)
      await closeRoom(tx, sessionId, now)
      await emitSessionChanged(tx, now, { sessionId, status: decision.status })
      return { __typename: 'EndLiveSuccess', session: await getSession(tx, sessionId) }
    },
    async (tx) => ({ __typename: 'EndLiveSuccess', session: await getSession(tx, sessionId) }),
  )
}

const OUT_OF_RANGE = { field: 'hostProbabilityUp', message: 'Must be above 0 and below 1.' }
