import type { Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import type { LiveSessionRow } from '../sessions/db/live-session.ts'
import { recordMoment } from '../sessions/events.ts'
import { insertPrediction, type PredictionRow } from './db/prediction.ts'
import type { FormedConsensus } from './domain/prediction.ts'
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
