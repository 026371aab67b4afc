import type { SubscriptionResolvers } from '../../generated/resolvers.ts'
import { requireSessionId } from '../../session-id.ts'
import type { AudienceState } from '../db/audience.ts'

export const Subscription: Pick<SubscriptionResolvers, 'viewersChanged'> = {
  viewersChanged: {
    subscribe: (_, { sessionId }, { streams }) => streams.viewers.subscribe(requireSessionId(sessionId)),
    resolve: (audience: AudienceState) => audience,
  },
}
