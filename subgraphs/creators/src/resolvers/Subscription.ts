import { type EventPlace, logStream, placeOf } from '@planet/runtime/event-log/log-stream'
import { decodePayload } from '@planet/runtime/event-log/payload'
import { TokensRevoked } from '@planet/runtime/events/creators'
import { requireRole } from '@planet/runtime/viewer'
import { getTokenRevocation, type TokenRevocationRow } from '../db/token-revocation.ts'
import type { SubscriptionResolvers } from '../generated/resolvers.ts'

type Revoked = EventPlace & { readonly revocation: TokenRevocationRow }

export const Subscription: SubscriptionResolvers = {
  tokensRevoked: {
    subscribe(_, { after }, { db, events, viewer }) {
      requireRole(viewer, 'admin')
      return logStream<Revoked>({
        events,
        filter: { types: [TokensRevoked.type] },
        after: after ?? null,
        read: async (event) => ({
          ...placeOf(event),
          revocation: await getTokenRevocation(db, decodePayload(TokensRevoked, event).revocationId),
        }),
      })
    },
    resolve: (revoked: Revoked) => revoked,
  },
}
