import { performOnce } from '@planet/runtime/idempotency'
import { newId, parseId, requireId } from '@planet/runtime/ids'
import { type InputFault, invalidInput } from '@planet/runtime/refusals'
import { requireUser } from '@planet/runtime/viewer'
import { idempotencyKeys } from '../../db/tables.ts'
import type { MutationResolvers, ResolversTypes } from '../../generated/resolvers.ts'
import { findInstrument } from '../../market/db/instrument.ts'
import { getOrder, insertOrder } from '../db/order.ts'
import { findOrderTicket } from '../db/order-ticket.ts'
import { findOrderFaults } from '../domain/order.ts'
import { emitOrderChanged } from '../events.ts'

type Result = Awaited<ResolversTypes['PlaceOrderResult']>

export const placeOrder: MutationResolvers['placeOrder'] = async (_, { input }, ctx) => {
  const { userId, roles } = requireUser(ctx.viewer)
  const now = ctx.now()
  const orderId = newId<'Order'>(now)
  return performOnce<Result>(
    ctx.db,
    { table: idempotencyKeys, userId, mutation: 'placeOrder', input, resultId: orderId, now },
    async (tx) => {
      const { attributionToken = null, side, kind, quantity, limitPrice = null, expiresAt = null } = input
      const ticketId = attributionToken === null ? null : ctx.attribution.verify(attributionToken, userId, now)
      const ticket = ticketId && (await findOrderTicket(tx, ticketId))
      const instrumentId = parseId<'Instrument'>(input.instrumentId)
      const instrument = instrumentId && (await findInstrument(tx, instrumentId))

      const faults: InputFault[] = []
      if (attributionToken !== null && !ticket) {
        faults.push({ field: 'attributionToken', message: 'Is not valid, no longer valid, or of another user.' })
      }
      if (!instrument) faults.push({ field: 'instrumentId', message: 'No such instrument.' })
      else if (ticket && ticket.instrumentId !== instrument.id) {
        faults.push({ field: 'instrumentId', message: "Must be the ticket's instrument." })
      }
      faults.push(...findOrderFaults({ kind, quantity, limitPrice, expiresAt }, instrument, now))
      if (!instrument || faults.length > 0) return invalidInput(faults)

      const order = await insertOrder(tx, {
        id: orderId,
        userId,
        instrumentId: instrument.id,
        ticketId: ticket?.id ?? null,
        side,
        kind,
        limitPrice,
        quantity,
        status: 'OPEN',
        revision: 1,
        isAutomated: roles.includes('partner'),
        placedAt: now,
        expiresAt,
        matchedThrough: now,
        dueAt: now,
      })
      await emitOrderChanged(tx, now, order)
      return { __typename: 'PlaceOrderSuccess', order }
    },
    async (tx, resultId) => ({ __typename: 'PlaceOrderSuccess', order: await getOrder(tx, requireId<'Order'>(resultId)) }),
  )
}
