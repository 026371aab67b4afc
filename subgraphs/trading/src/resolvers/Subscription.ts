import { parseIdFilter } from '@planet/runtime/id-filter'
import type { Id } from '@planet/runtime/ids'
import { type EventPlace, logStream, placeOf } from '@planet/runtime/log-stream'
import { requireUser } from '@planet/runtime/viewer'
import { countCreators } from '../db/creator.ts'
import { getOrder, type OrderRow } from '../db/order.ts'
import { findVisibleOutcomes, type SignalOutcomeRow } from '../db/signal-outcome.ts'
import type { OrderStatus } from '../domain/order.ts'
import { ORDER_CHANGED, ordersStream, outcomesStream, readOrderChanged, readSignalSettled, SIGNAL_SETTLED } from '../events.ts'
import type { SubscriptionResolvers } from '../generated/resolvers.ts'

type Settled = EventPlace & { readonly signal: { readonly id: Id<'Signal'> }; readonly outcome: SignalOutcomeRow }
type Changed = EventPlace & { readonly status: OrderStatus; readonly revision: number; readonly order: OrderRow }

export const Subscription: SubscriptionResolvers = {
  signalSettled: {
    subscribe: async (_, args, { db, events }) => {
      const creatorIds = await parseIdFilter<'User'>('creatorIds', args.creatorIds, (ids) => countCreators(db, ids))
      return logStream<Settled>({
        events,
        filter: { types: [SIGNAL_SETTLED], streams: creatorIds?.map(outcomesStream) },
        after: args.after ?? null,
        async read(event) {
          const { signalId } = readSignalSettled(event)
          // The stream is the same for everybody: what only members of a circle may see is passed over.
          const [outcome] = await findVisibleOutcomes(db, [signalId], null)
          return outcome ? { ...placeOf(event), signal: { id: signalId }, outcome } : null
        },
      })
    },
    resolve: (settled: Settled) => settled,
  },
  orderChanged: {
    subscribe: (_, { after }, { db, events, viewer }) =>
      logStream<Changed>({
        events,
        filter: { types: [ORDER_CHANGED], streams: [ordersStream(requireUser(viewer).userId)] },
        after: after ?? null,
        async read(event) {
          const { orderId, status, revision } = readOrderChanged(event)
          return { ...placeOf(event), status, revision, order: await getOrder(db, orderId) }
        },
      }),
    resolve: (changed: Changed) => changed,
  },
}
