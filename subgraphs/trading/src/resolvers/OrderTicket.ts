import type { OrderTicketResolvers } from '../generated/resolvers.ts'
import { loadExisting } from './load-existing.ts'

export const OrderTicket: OrderTicketResolvers = {
  post: (ticket) => ({ __typename: 'Post', id: ticket.postId }),
  instrument: (ticket, _, ctx) => loadExisting(ctx.loaders.instrument, ticket.instrumentId),
  attributionToken: ({ id, userId, expiresAt }, _, ctx) => ctx.attribution.sign({ ticketId: id, userId, expiresAt }),
}
