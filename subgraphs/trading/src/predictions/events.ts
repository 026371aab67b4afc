import type { Tx } from '@planet/runtime/database'
import { formatDecimal } from '@planet/runtime/decimal'
import { emit } from '@planet/runtime/event-log/log'
import type { Id } from '@planet/runtime/ids'
import type { Verdict } from './domain/prediction.ts'

/** The judgement of a prediction, once; the prices are null where the market gave none to judge it by. */
export const emitPredictionSettled = (tx: Tx, predictionId: Id<'Prediction'>, verdict: Exclude<Verdict, { kind: 'Pending' }>) => {
  const settled = verdict.kind === 'Settled' ? verdict : null
  return emit(tx, {
    stream: `prediction:${predictionId}`,
    type: 'trading.PredictionSettled',
    at: verdict.settledAt,
    payload: {
      predictionId,
      priceAtLock: settled && formatDecimal(settled.priceAtLock),
      priceAtHorizon: settled && formatDecimal(settled.priceAtHorizon),
      isUp: settled && settled.isUp,
      settledAt: verdict.settledAt.toISOString(),
    },
  })
}
