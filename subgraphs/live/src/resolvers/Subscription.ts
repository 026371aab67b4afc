import { codedError } from '@planet/runtime/errors'
import { parseId } from '@planet/runtime/ids'
import type { SubscriptionResolvers } from '../generated/resolvers.ts'
import type { SessionConsensus } from '../session-consensus.ts'

export const Subscription: SubscriptionResolvers = {
  consensusUpdated: {
    subscribe: (_, { sessionId }, ctx) => {
      const id = parseId<'LiveSession'>(sessionId)
      if (!id) throw codedError('BAD_USER_INPUT', 'No such session.')
      return ctx.consensusFeeds.subscribe(id)
    },
    resolve: (consensus: SessionConsensus) => consensus,
  },
}
