import type { Tx } from '@planet/runtime/database'
import { emit } from '@planet/runtime/event-log/log'
import type { TouchRow } from './db/touch.ts'

/** `authorId` is null for a post that is not known here; `surface` for a ticket. */
export const emitTouchRecorded = (tx: Tx, touch: TouchRow) =>
  emit(tx, {
    stream: `user:${touch.userId}`,
    type: 'incentives.TouchRecorded',
    at: touch.at,
    payload: {
      touchId: touch.id,
      userId: touch.userId,
      postId: touch.postId,
      authorId: touch.authorId,
      kind: touch.kind,
      surface: touch.surface,
      at: touch.at.toISOString(),
    },
  })
