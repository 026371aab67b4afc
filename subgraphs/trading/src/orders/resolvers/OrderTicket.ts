import type { Context } from '../../context.ts'
import type { OrderTicketResolvers } from '../../generated/resolvers.ts'
import type { OrderTicketRow } from '../db/order-ticket.ts'
import { loadExisting } from './load-existing.ts'

/** What of a ticket is the post's. Its owner may have left the circle since: nobody takes the plan along. */
const ofVisiblePost =
  <Value>(read: (ticket: OrderTicketRow) => Value) =>
  async (ticket: OrderTicketRow, _: unknown, { loaders }: Context): Promise<Value | null> =>
    (await loaders.isPostVisible.load(ticket.postId)) ? read(ticket) : null

export const OrderTicket: OrderTicketResolvers = {
  post: ofVisiblePost(({ postId }) => ({ __typename: 'Post' as const, id: postId })),
  instrument: (ticket, _, ctx) => loadExisting(ctx.loaders.instrument, ticket.instrumentId),
  side: ofVisiblePost(({ side }) => side),
  limitPrice: ofVisiblePost(({ limitPrice }) => limitPrice),
  stop: ofVisiblePost(({ stop }) => stop),
  attributionToken: ({ id, userId, expiresAt }, _, ctx) => ctx.attribution.sign({ ticketId: id, userId, expiresAt }),
}
