import { codedError } from '@planet/runtime/errors'
import { parseId } from '@planet/runtime/ids'
import type { SubscriptionResolvers } from '../../generated/resolvers.ts'
import { roomSubscriptions } from '../../resolvers/room-subscriptions.ts'
import type { SessionConsensus } from '../rooms.ts'

export const Subscription: SubscriptionResolvers = {
  ...roomSubscriptions,
  consensusUpdated: {
    subscribe: (_, { sessionId }, ctx) => {
      const id = parseId<'LiveSession'>(sessionId)
      if (!id) throw codedError('BAD_USER_INPUT', 'No such session.')
      return ctx.streams.consensus.subscribe(id)
    },
    resolve: (consensus: SessionConsensus) => consensus,
  },
}
