import { type EventPlace, logStream, placeOf } from '@planet/runtime/event-log/log-stream'
import { requireRole } from '@planet/runtime/viewer'
import { getTokenRevocation, type TokenRevocationRow } from '../db/token-revocation.ts'
import { readTokensRevoked, TOKENS_REVOKED } from '../events.ts'
import type { SubscriptionResolvers } from '../generated/resolvers.ts'

type Revoked = EventPlace & { readonly revocation: TokenRevocationRow }

export const Subscription: SubscriptionResolvers = {
  tokensRevoked: {
    subscribe(_, { after }, { db, events, viewer }) {
      requireRole(viewer, 'admin')
      return logStream<Revoked>({
        events,
        filter: { types: [TOKENS_REVOKED] },
        after: after ?? null,
        read: async (event) => ({
          ...placeOf(event),
          revocation: await getTokenRevocation(db, readTokensRevoked(event).revocationId),
        }),
      })
    },
    resolve: (revoked: Revoked) => revoked,
  },
}
