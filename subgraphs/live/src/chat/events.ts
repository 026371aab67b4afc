import type { Tx } from '@planet/runtime/database'
import { emit } from '@planet/runtime/event-log/log'
import type { Id } from '@planet/runtime/ids'

/** The stream of what happens in a session's chat: a LOG for clients. */
export const chatStream = (sessionId: Id<'LiveSession'>): string => `chat:${sessionId}`

/** A bullet has become visible. `isSampled`: it is delivered live under load too, after `dropped` that are not. */
export const emitBulletSent = (
  tx: Tx,
  at: Date,
  payload: { sessionId: Id<'LiveSession'>; bulletId: Id<'Bullet'>; userId: Id<'User'>; isSampled: boolean; dropped: number },
) => emit(tx, { stream: chatStream(payload.sessionId), type: 'live.BulletSent', payload, at })

/** A bullet that was visible is not any more. */
export const emitBulletRemoved = (tx: Tx, at: Date, payload: { sessionId: Id<'LiveSession'>; bulletId: Id<'Bullet'> }) =>
  emit(tx, { stream: chatStream(payload.sessionId), type: 'live.BulletRemoved', payload, at })
