import type { SubscriptionResolvers } from '../../generated/resolvers.ts'
import { noSuchSession, requireSessionId } from '../../session-id.ts'
import { type BulletChange, followChat } from '../bullet-chat.ts'

export const Subscription: Pick<SubscriptionResolvers, 'bulletChat'> = {
  bulletChat: {
    subscribe: async (_, { sessionId, after, sampled }, { db, loaders, streams }) => {
      const id = requireSessionId(sessionId)
      if (!(await loaders.currentSession.load(id))) throw noSuchSession()
      return followChat({ db, events: streams.events, sessionId: id, after: after ?? null, isSampled: sampled })
    },
    resolve: (change: BulletChange) => change,
  },
}
