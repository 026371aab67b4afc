import { findPost } from '../copies/db/post.ts'
import type { Handler } from '../copies/events.ts'
import { insertTouchOnce } from './db/touch-writes.ts'
import { emitTouchRecorded } from './events.ts'

/** The touch of kind TICKET, whose id is the ticket's. */
export const recordTicket: Handler<'trading.TicketOpened'> = async (tx, { ticketId, userId, postId, at }) => {
  const authorId = (await findPost(tx, postId))?.authorId ?? null
  const ticket = { id: ticketId, userId, postId, authorId, kind: 'TICKET', surface: null, visibleMs: null, at } as const
  const touch = await insertTouchOnce(tx, ticket)
  if (touch) await emitTouchRecorded(tx, touch)
}
