import { performOnce } from '@planet/runtime/idempotency'
import { newId, parseId, requireId } from '@planet/runtime/ids'
import { requireUser } from '@planet/runtime/viewer'
import { idempotencyKeys } from '../../db/tables.ts'
import type { MutationResolvers, ResolversTypes } from '../../generated/resolvers.ts'
import { lockSession } from '../../sessions/db/live-session.ts'
import { noSuchSessionOfHost, wrongLiveStatus } from '../../sessions/domain/refusals.ts'
import { readRoomIn } from '../../voting/db/room-votes.ts'
import { votingLocked } from '../../voting/domain/refusals.ts'
import { getPrediction } from '../db/prediction.ts'
import { setVotingLock } from '../db/voting-lock.ts'
import { decideLock, type LockDecision } from '../domain/prediction.ts'
import { consensusNotFormed, hostProbabilityOutOfRange } from '../domain/refusals.ts'
import { storePrediction } from '../lock-prediction.ts'

type Result = Awaited<ResolversTypes['LockPredictionResult']>

export const lockPrediction: MutationResolvers['lockPrediction'] = async (_, { input }, ctx) => {
  const { userId } = requireUser(ctx.viewer)
  const sessionId = parseId<'LiveSession'>(input.sessionId)
  if (!sessionId) return noSuchSessionOfHost()
  const id = newId<'Prediction'>(ctx.now())
  return performOnce<Result>(
    ctx.db,
    { table: idempotencyKeys, userId, mutation: 'lockPrediction', input, resultId: id, now: ctx.now() },
    async (tx) => {
      const session = await lockSession(tx, sessionId)
      if (session?.hostId !== userId) return noSuchSessionOfHost()
      // After the lock, so that no vote counted before is from later.
      const now = ctx.now()
      const { consensus } = await readRoomIn(tx, sessionId, now)
      const decision = decideLock(session, consensus, input.hostProbabilityUp, now)
      if (decision.kind !== 'Locked') return refusalOf(decision)
      const prediction = await storePrediction(tx, session, { ...decision, id }, input.hostProbabilityUp, now)
      await setVotingLock(tx, sessionId, now)
      return { __typename: 'LockPredictionSuccess', prediction }
    },
    async (tx, resultId) => ({ __typename: 'LockPredictionSuccess', prediction: await getPrediction(tx, requireId(resultId)) }),
  )
}

function refusalOf(refusal: Exclude<LockDecision, { kind: 'Locked' }>) {
  switch (refusal.kind) {
    case 'ProbabilityOutOfRange':
      return hostProbabilityOutOfRange()
    case 'WrongLiveStatus':
      return wrongLiveStatus(refusal.status)
    case 'VotingLocked':
      return votingLocked(refusal.lockedAt)
    case 'ConsensusNotFormed':
      return consensusNotFormed(refusal.state)
  }
}
