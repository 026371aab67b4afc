import type { Tx } from '@planet/runtime/database'
import { emit } from '@planet/runtime/event-log/append'
import { TouchRecorded } from '@planet/runtime/events/incentives'
import type { TouchRow } from './db/touch.ts'

export const emitTouchRecorded = (tx: Tx, { id: touchId, userId, postId, authorId, kind, surface, at }: TouchRow) =>
  emit(tx, TouchRecorded, at, { touchId, userId, postId, authorId, kind, surface, at })
