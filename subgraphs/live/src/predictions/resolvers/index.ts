import { Creator } from './Creator.ts'
import { LiveSession } from './LiveSession.ts'
import { lockPrediction } from './lockPrediction.ts'
import { openVoting } from './openVoting.ts'
import { Prediction } from './Prediction.ts'
import { Query } from './Query.ts'
import { TimelineMoment } from './TimelineMoment.ts'

export const predictionsResolvers = {
  Query,
  Mutation: { lockPrediction, openVoting },
  LiveSession,
  Prediction,
  TimelineMoment,
  Creator,
}
