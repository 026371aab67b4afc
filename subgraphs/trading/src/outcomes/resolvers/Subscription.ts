import { parseIdFilter } from '@planet/runtime/event-log/id-filter'
import { type EventPlace, logStream, placeOf } from '@planet/runtime/event-log/log-stream'
import type { Id } from '@planet/runtime/ids'
import { readTogether } from '@planet/runtime/read-together'
import { requireUser } from '@planet/runtime/viewer'
import { countCreators } from '../../copies/db/creator.ts'
import type { SubscriptionResolvers } from '../../generated/resolvers.ts'
import { findOrders, type OrderRow } from '../../orders/db/order.ts'
import type { OrderStatus } from '../../orders/domain/order.ts'
import { ORDER_CHANGED, ordersStream, readOrderChanged } from '../../orders/events.ts'
import { findVisibleOutcomes, type SignalOutcomeRow } from '../db/signal-outcome.ts'
import { outcomesStream, readSignalSettled, SIGNAL_SETTLED } from '../events.ts'

type Settled = EventPlace & { readonly signal: { readonly id: Id<'Signal'> }; readonly outcome: SignalOutcomeRow }
type Changed = EventPlace & { readonly status: OrderStatus; readonly revision: number; readonly order: OrderRow }

export const Subscription: SubscriptionResolvers = {
  signalSettled: {
    subscribe: async (_, args, { db, events }) => {
      const creatorIds = await parseIdFilter<'User'>('creatorIds', args.creatorIds, (ids) => countCreators(db, ids))
      // The stream is the same for everybody: what only members of a circle may see is passed over.
      const readOutcome = readTogether((ids: readonly Id<'Signal'>[]) => findVisibleOutcomes(db, ids, null))
      return logStream<Settled>({
        events,
        filter: { types: [SIGNAL_SETTLED], streams: creatorIds?.map(outcomesStream) },
        after: args.after ?? null,
        async read(event) {
          const { signalId } = readSignalSettled(event)
          const outcome = await readOutcome(signalId)
          return outcome ? { ...placeOf(event), signal: { id: signalId }, outcome } : null
        },
      })
    },
    resolve: (settled: Settled) => settled,
  },
  orderChanged: {
    subscribe(_, { after }, { db, events, viewer }) {
      const readOrder = readTogether((ids: readonly Id<'Order'>[]) => findOrders(db, ids))
      return logStream<Changed>({
        events,
        filter: { types: [ORDER_CHANGED], streams: [ordersStream(requireUser(viewer).userId)] },
        after: after ?? null,
        async read(event) {
          const { orderId, status, revision } = readOrderChanged(event)
          const order = await readOrder(orderId)
          if (!order) throw new Error(`no order ${orderId}`)
          return { ...placeOf(event), status, revision, order }
        },
      })
    },
    resolve: (changed: Changed) => changed,
  },
}
