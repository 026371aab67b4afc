import { performOnce } from '@planet/runtime/idempotency'
import { parseId } from '@planet/runtime/ids'
import { invalidInput } from '@planet/runtime/refusals'
import { requireUser } from '@planet/runtime/viewer'
import { idempotencyKeys } from '../../db/tables.ts'
import type { MutationResolvers, ResolversTypes } from '../../generated/resolvers.ts'
import { getOrder, lockOrderOfUser, updateOrderEnded } from '../db/order.ts'
import { emitOrderChanged } from '../events.ts'
import { matchOrder } from '../matching.ts'

type Result = Awaited<ResolversTypes['CancelOrderResult']>

export const cancelOrder: MutationResolvers['cancelOrder'] = async (_, { input }, ctx) => {
  const { userId } = requireUser(ctx.viewer)
  const now = ctx.now()
  const orderId = parseId<'Order'>(input.orderId)
  if (!orderId) return noSuchOrder()
  // A fill that is due by now comes first, however slow the exchange's worker is: nobody cancels with hindsight.
  await matchOrder(ctx.db, orderId, now)
  return performOnce<Result>(
    ctx.db,
    { table: idempotencyKeys, userId, mutation: 'cancelOrder', input, resultId: orderId, now },
    async (tx) => {
      const order = await lockOrderOfUser(tx, orderId, userId)
      if (!order) return noSuchOrder()
      if (order.status !== 'OPEN') {
        return { __typename: 'OrderNotOpen', code: 'ORDER_NOT_OPEN', message: 'The order is no longer open.', order }
      }
      const cancelled = await updateOrderEnded(tx, orderId, 'CANCELLED')
      await emitOrderChanged(tx, now, cancelled)
      return { __typename: 'CancelOrderSuccess', order: cancelled }
    },
    async (tx) => ({ __typename: 'CancelOrderSuccess', order: await getOrder(tx, orderId) }),
  )
}

const noSuchOrder = () => invalidInput([{ field: 'orderId', message: 'No such order.' }])
