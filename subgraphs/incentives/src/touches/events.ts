import type { Tx } from '@planet/runtime/database'
import { emit } from '@planet/runtime/event-log/append'
import { TouchRecorded } from '@planet/runtime/events/incentives'
import type { TouchRow } from './db/touch.ts'
import { getTarget } from './domain/target.ts'

export const emitTouchRecorded = (tx: Tx, touch: TouchRow) => {
  const { id: touchId, userId, authorId, kind, surface, visibleMs, feedItemId, at } = touch
  return emit(tx, TouchRecorded, at, {
    touchId,
    userId,
    ...getTarget(touch),
    authorId,
    kind,
    surface,
    visibleMs,
    feedItemId,
    at,
  })
}
