import type { QuestionBoardResolvers } from '../../generated/resolvers.ts'

export const QuestionBoard: QuestionBoardResolvers = {
  session: (board, _, { loaders }) => loaders.sessionOf(board),
  at: (_, __, { now }) => now(),
}
