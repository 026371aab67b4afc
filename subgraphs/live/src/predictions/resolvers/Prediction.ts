import type { PredictionResolvers } from '../../generated/resolvers.ts'

export const Prediction: PredictionResolvers = {
  session: (prediction, _, { loaders }) => loaders.sessionOf(prediction),
  consensus: ({ consensus, consensusSeq, lockedAt }) => ({ ...consensus, seq: consensusSeq, at: lockedAt }),
  outcome: ({ isUp }) => (isUp === null ? null : isUp ? 'UP' : 'NOT_UP'),
}
