import type { SubscriptionResolvers } from '../../generated/resolvers.ts'
import { requireSessionId } from '../../session-id.ts'
import type { SessionConsensus } from '../rooms.ts'

export const Subscription: Pick<SubscriptionResolvers, 'consensusUpdated'> = {
  consensusUpdated: {
    subscribe: (_, { sessionId }, { streams }) => streams.consensus.subscribe(requireSessionId(sessionId)),
    resolve: (consensus: SessionConsensus) => consensus,
  },
}
