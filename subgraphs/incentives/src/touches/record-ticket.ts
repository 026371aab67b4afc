import type { Tx } from '@planet/runtime/database'
import type { PayloadOf } from '@planet/runtime/events/define'
import type { TicketOpened } from '@planet/runtime/events/trading'
import { requireId } from '@planet/runtime/ids'
import { findPost } from '../copies/db/post.ts'
import { insertTouchOnce } from './db/touch-writes.ts'
import { NO_TARGET } from './domain/target.ts'
import { emitTouchRecorded } from './events.ts'

/** The touch of kind TICKET, whose id is the ticket's. */
export const recordTicket = async (tx: Tx, { ticketId, userId, postId, at }: PayloadOf<typeof TicketOpened>) => {
  const authorId = (await findPost(tx, postId))?.authorId ?? null
  const ticket = {
    id: requireId<'Touch'>(ticketId),
    userId,
    ...NO_TARGET,
    postId,
    authorId,
    kind: 'TICKET',
    surface: null,
    visibleMs: null,
    feedItemId: null,
    at,
  } as const
  const touch = await insertTouchOnce(tx, ticket)
  if (touch) await emitTouchRecorded(tx, touch)
}
