import type { TimelineMomentResolvers } from '../../generated/resolvers.ts'

export const TimelineMoment: TimelineMomentResolvers = {
  prediction: (moment, _, { loaders }) => moment.predictionId && loaders.prediction.load(moment.predictionId),
}
