import type { Reactions } from './copies/consumer.ts'
import { settlePrediction } from './predictions/settle.ts'
import { reweigh, reweighIdentity } from './voting/reweigh.ts'

/** What the subjects do about the facts of other subgraphs. */
export const reactions: Reactions = {
  identityChanged: reweighIdentity,
  predictionSettled: async (tx, verdict) => reweigh(tx, await settlePrediction(tx, verdict), verdict.settledAt),
}
