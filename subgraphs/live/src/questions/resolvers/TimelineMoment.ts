import type { TimelineMomentResolvers } from '../../generated/resolvers.ts'

export const TimelineMoment: TimelineMomentResolvers = {
  question: (moment, _, { loaders }) => moment.questionId && loaders.question.load(moment.questionId),
}
