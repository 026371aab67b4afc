import type { Tx } from '@planet/runtime/database'
import type { Decimal } from '@planet/runtime/decimal'
import type { Id } from '@planet/runtime/ids'
import { countReweighing } from '../voting/db/vote.ts'
import { emitVotesReweighed } from '../voting/events.ts'
import { lockOpenPrediction, updateJudgement } from './db/prediction.ts'
import { addToRecords } from './db/voter-record.ts'
import { judge } from './domain/prediction.ts'

/** What trading has found of a prediction; no prices if there were none to judge it by. */
export type MarketVerdict = {
  readonly predictionId: Id<'Prediction'>
  readonly settledAt: Date
  readonly prices: { readonly atLock: Decimal; readonly atHorizon: Decimal; readonly isUp: boolean } | null
}

/**
 * Judges a locked prediction, once: the crowd, the host, and the record of every voter whose vote counts for it, from
 * which their later votes get their weight.
 */
export async function settlePrediction(tx: Tx, { predictionId, settledAt, prices }: MarketVerdict): Promise<void> {
  const prediction = await lockOpenPrediction(tx, predictionId)
  if (!prediction) return
  if (!prices) return updateJudgement(tx, predictionId, { state: 'VOID', settledAt })

  const { atLock: priceAtLock, atHorizon: priceAtHorizon, isUp } = prices
  const briers = judge(prediction, isUp)
  await updateJudgement(tx, predictionId, { state: 'SETTLED', settledAt, priceAtLock, priceAtHorizon, isUp, ...briers })
  const judged = await addToRecords(tx, predictionId, isUp)
  for (const sessionId of await countReweighing(tx, judged)) await emitVotesReweighed(tx, settledAt, { sessionId })
}
