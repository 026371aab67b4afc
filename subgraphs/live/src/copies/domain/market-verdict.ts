import type { Decimal } from '@planet/runtime/decimal'
import type { Id } from '@planet/runtime/ids'

/** What trading has found of a prediction; no prices if there were none to judge it by. */
export type MarketVerdict = {
  readonly predictionId: Id<'Prediction'>
  readonly settledAt: Date
  readonly prices: { readonly atLock: Decimal; readonly atHorizon: Decimal; readonly isUp: boolean } | null
}
