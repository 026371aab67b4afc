import type { Tx } from '@planet/runtime/database'
import { emit } from '@planet/runtime/event-log/append'
import { PredictionSettled } from '@planet/runtime/events/trading'
import type { Id } from '@planet/runtime/ids'
import type { Verdict } from './domain/prediction.ts'

/** The judgement of a prediction, once; the prices are null where the market gave none to judge it by. */
export const emitPredictionSettled = (tx: Tx, predictionId: Id<'Prediction'>, verdict: Exclude<Verdict, { kind: 'Pending' }>) => {
  const { priceAtLock, priceAtHorizon, isUp } =
    verdict.kind === 'Settled' ? verdict : { priceAtLock: null, priceAtHorizon: null, isUp: null }
  const { settledAt } = verdict
  return emit(tx, PredictionSettled, settledAt, { predictionId, priceAtLock, priceAtHorizon, isUp, settledAt })
}
