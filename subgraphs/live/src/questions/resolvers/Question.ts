import type { QuestionResolvers } from '../../generated/resolvers.ts'
import { offsetMs } from '../../sessions/domain/moment.ts'
import { priceOf } from '../../sessions/domain/question-price.ts'

export const Question: QuestionResolvers = {
  session: (question, _, { loaders }) => loaders.sessionOf(question),
  author: (question) => ({ id: question.authorId }),
  upvoteLowerBound: (question) => question.score,
  price: priceOf,
  answerAtMs: async (question, _, { loaders }) =>
    question.answerAt && offsetMs((await loaders.sessionOf(question)).startedAt, question.answerAt),
}
