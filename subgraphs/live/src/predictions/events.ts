import type { Tx } from '@planet/runtime/database'
import { emit } from '@planet/runtime/event-log/log'
import type { Id } from '@planet/runtime/ids'
import { sessionStream } from '../sessions/events.ts'
import type { PredictionRow } from './db/prediction.ts'

/** A consensus is frozen, to be judged by the market at `horizonAt`. */
export const emitPredictionLocked = (tx: Tx, { id, sessionId, instrumentId, lockedAt, horizonAt }: PredictionRow) =>
  emit(tx, {
    stream: sessionStream(sessionId),
    type: 'live.PredictionLocked',
    payload: {
      predictionId: id,
      sessionId,
      instrumentId,
      lockedAt: lockedAt.toISOString(),
      horizonAt: horizonAt.toISOString(),
    },
    at: lockedAt,
  })

/** The host takes votes again. */
export const emitVotingOpened = (tx: Tx, at: Date, payload: { sessionId: Id<'LiveSession'> }) =>
  emit(tx, { stream: sessionStream(payload.sessionId), type: 'live.VotingOpened', payload, at })
