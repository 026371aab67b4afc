import type { Tx } from '@planet/runtime/database'
import { type Id, newId } from '@planet/runtime/ids'
import type { LiveSessionRow } from '../sessions/db/live-session.ts'
import { recordMoment } from '../sessions/events.ts'
import type { RoomConsensus } from '../voting/domain/room.ts'
import { hasVotesSinceLock, insertPrediction, type PredictionRow } from './db/prediction.ts'
import { decideLock, type FormedConsensus } from './domain/prediction.ts'
import { hostProbabilityOutOfRange } from './domain/refusals.ts'
import { emitPredictionLocked } from './events.ts'

/** Stores what was decided to be locked. The caller holds the session's lock. */
export async function storePrediction(
  tx: Tx,
  session: LiveSessionRow,
  locked: { readonly id: Id<'Prediction'>; readonly consensus: FormedConsensus; readonly horizonAt: Date },
  hostProbabilityUp: number | null,
  now: Date,
): Promise<PredictionRow> {
  const { seq, at: _, ...consensus } = locked.consensus
  const prediction: PredictionRow = {
    id: locked.id,
    sessionId: session.id,
    hostId: session.hostId,
    instrumentId: session.instrumentId,
    lockedAt: now,
    horizonAt: locked.horizonAt,
    consensusSeq: seq,
    consensus,
    hostProbabilityUp,
    state: 'LOCKED',
    priceAtLock: null,
    priceAtHorizon: null,
    isUp: null,
    settledAt: null,
    crowdBrier: null,
    pooledBrier: null,
    extremisedBrier: null,
    hostBrier: null,
    isSearched: false,
  }
  await insertPrediction(tx, prediction)
  await recordMoment(tx, { sessionId: session.id, kind: 'PREDICTION_LOCKED', at: now, predictionId: locked.id })
  await emitPredictionLocked(tx, prediction)
  return prediction
}

/**
 * Locks the consensus of a session that ends, if it has formed and anybody has voted since the last lock; a refusal if the
 * host's probability is none. The caller holds the session's lock.
 */
export async function lockAtEnd(
  tx: Tx,
  session: LiveSessionRow,
  consensus: RoomConsensus,
  hostProbabilityUp: number | null,
  now: Date,
): Promise<ReturnType<typeof hostProbabilityOutOfRange> | null> {
  const decision = decideLock(session, consensus, hostProbabilityUp, now)
  if (decision.kind === 'ProbabilityOutOfRange') return hostProbabilityOutOfRange()
  // What is locked already, or was never new, is no other prediction.
  if (decision.kind === 'Locked' && (await hasVotesSinceLock(tx, session.id))) {
    await storePrediction(tx, session, { ...decision, id: newId<'Prediction'>(now) }, hostProbabilityUp, now)
  }
  return null
}
