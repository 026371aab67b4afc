import type { Tx } from '@planet/runtime/database'
import { performOnce } from '@planet/runtime/idempotency'
import { newId, parseId, requireId } from '@planet/runtime/ids'
import { type InputFault, invalidInput } from '@planet/runtime/refusals'
import { requireUser } from '@planet/runtime/viewer'
import { findVisiblePostAt } from '../../copies/db/post.ts'
import { findSignalOfPost } from '../../copies/db/signal.ts'
import { idempotencyKeys } from '../../db/tables.ts'
import type { MutationResolvers, ResolversTypes } from '../../generated/resolvers.ts'
import { findLastPrices } from '../../market/db/candle.ts'
import { findInstrument } from '../../market/db/instrument.ts'
import { findOrderTicket, insertOrderTicket } from '../db/order-ticket.ts'
import { decideTicket } from '../domain/ticket.ts'
import { emitTicketOpened } from '../events.ts'

type Result = Awaited<ResolversTypes['CreateOrderTicketResult']>

export const createOrderTicket: MutationResolvers['createOrderTicket'] = async (_, { input }, ctx) => {
  const { userId } = requireUser(ctx.viewer)
  const now = ctx.now()
  const ticketId = newId<'OrderTicket'>(now)
  return performOnce<Result>(
    ctx.db,
    { table: idempotencyKeys, userId, mutation: 'createOrderTicket', input, resultId: ticketId, now },
    async (tx) => {
      const postId = parseId<'Post'>(input.postId)
      const post = postId && (await findVisiblePostAt(tx, postId, userId, now))
      const signal = post && (await findSignalOfPost(tx, post.id))
      const chosen = input.instrumentId == null ? null : parseId<'Instrument'>(input.instrumentId)
      const instrumentId = input.instrumentId == null ? (signal?.instrumentId ?? null) : chosen
      const instrument = instrumentId && (await findInstrument(tx, instrumentId))

      const faults: InputFault[] = []
      if (!post) faults.push({ field: 'postId', message: 'No such post.' })
      if (post?.retractedAt) faults.push({ field: 'postId', message: 'The post was retracted.' })
      if (input.instrumentId != null && !instrument) faults.push({ field: 'instrumentId', message: 'No such instrument.' })
      if (input.instrumentId == null && post && !instrument)
        faults.push({ field: 'instrumentId', message: 'Is required: the post has no signal.' })
      if (!post || !instrument || faults.length > 0) return invalidInput(faults)

      const decision = decideTicket(post, signal, instrument, now)
      if (decision.kind === 'Refused') return invalidInput(decision.faults)
      const [lastPrice] = await findLastPrices(tx, [instrument.id], now)
      const referencePrice = lastPrice?.price ?? null
      const ticket = await insertOrderTicket(tx, { id: ticketId, userId, ...decision.ticket, referencePrice })
      await emitTicketOpened(tx, ticket)
      return { __typename: 'CreateOrderTicketSuccess', ticket }
    },
    async (tx, resultId) => ({ __typename: 'CreateOrderTicketSuccess', ticket: await getTicket(tx, resultId) }),
  )
}

async function getTicket(tx: Tx, id: string) {
  const ticket = await findOrderTicket(tx, requireId<'OrderTicket'>(id))
  if (!ticket) throw new Error(`no ticket ${id}`)
  return ticket
}
