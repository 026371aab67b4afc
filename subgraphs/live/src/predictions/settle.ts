import type { Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import type { MarketVerdict } from '../copies/domain/market-verdict.ts'
import { lockOpenPrediction, updateJudgement } from './db/prediction.ts'
import { addToRecords } from './db/voter-record.ts'
import { judge } from './domain/prediction.ts'

/**
 * Judges a locked prediction, once: the crowd, the host, and the record of every voter whose vote counts for it, from
 * which their later votes get their weight. Gives who those voters are.
 */
export async function settlePrediction(tx: Tx, { predictionId, settledAt, prices }: MarketVerdict): Promise<Id<'User'>[]> {
  const prediction = await lockOpenPrediction(tx, predictionId)
  if (!prediction) return []
  if (!prices) {
    await updateJudgement(tx, predictionId, { state: 'VOID', settledAt })
    return []
  }

  const { atLock: priceAtLock, atHorizon: priceAtHorizon, isUp } = prices
  const briers = judge(prediction, isUp)
  await updateJudgement(tx, predictionId, { state: 'SETTLED', settledAt, priceAtLock, priceAtHorizon, isUp, ...briers })
  return addToRecords(tx, predictionId, isUp)
}
