import type { Tx } from '@planet/runtime/database'
import { emit } from '@planet/runtime/event-log/append'
import { PredictionLocked } from '@planet/runtime/events/live'
import type { PredictionRow } from './db/prediction.ts'

export const emitPredictionLocked = (tx: Tx, { id: predictionId, sessionId, instrumentId, lockedAt, horizonAt }: PredictionRow) =>
  emit(tx, PredictionLocked, lockedAt, { predictionId, sessionId, instrumentId, lockedAt, horizonAt })
