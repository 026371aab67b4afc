import type { SubscriptionResolvers } from '../../generated/resolvers.ts'
import { requireSessionId } from '../../session-id.ts'
import type { BoardState } from '../db/question-board.ts'

export const Subscription: Pick<SubscriptionResolvers, 'questionsChanged'> = {
  questionsChanged: {
    subscribe: (_, { sessionId }, { streams }) => streams.questions.subscribe(requireSessionId(sessionId)),
    resolve: (board: BoardState) => board,
  },
}
