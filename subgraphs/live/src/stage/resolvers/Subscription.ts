import type { SubscriptionResolvers } from '../../generated/resolvers.ts'
import { requireSessionId } from '../../session-id.ts'
import type { StageState } from '../db/stage.ts'

export const Subscription: Pick<SubscriptionResolvers, 'stageChanged'> = {
  stageChanged: {
    subscribe: (_, { sessionId }, { streams }) => streams.stage.subscribe(requireSessionId(sessionId)),
    resolve: (stage: StageState) => stage,
  },
}
