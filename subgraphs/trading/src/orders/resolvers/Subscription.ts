import { type EventPlace, logStream, placeOf } from '@planet/runtime/event-log/log-stream'
import { decodePayload } from '@planet/runtime/event-log/payload'
import { OrderChanged } from '@planet/runtime/events/trading'
import type { Id } from '@planet/runtime/ids'
import { readTogether } from '@planet/runtime/read-together'
import { requireUser } from '@planet/runtime/viewer'
import type { SubscriptionResolvers } from '../../generated/resolvers.ts'
import { findOrders, type OrderRow } from '../db/order.ts'
import type { OrderStatus } from '../domain/order.ts'

type Changed = EventPlace & { readonly status: OrderStatus; readonly revision: number; readonly order: OrderRow }

export const Subscription: Pick<SubscriptionResolvers, 'orderChanged'> = {
  orderChanged: {
    subscribe(_, { after }, { db, events, viewer }) {
      const readOrder = readTogether((ids: readonly Id<'Order'>[]) => findOrders(db, ids))
      return logStream<Changed>({
        events,
        filter: { types: [OrderChanged.type], streams: [OrderChanged.streamOf(requireUser(viewer))] },
        after: after ?? null,
        async read(event) {
          const { orderId, status, revision } = decodePayload(OrderChanged, event)
          const order = await readOrder(orderId)
          if (!order) throw new Error(`no order ${orderId}`)
          return { ...placeOf(event), status, revision, order }
        },
      })
    },
    resolve: (changed: Changed) => changed,
  },
}
