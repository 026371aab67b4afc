import type { Tx } from '@planet/runtime/database'
import { emit } from '@planet/runtime/event-log/log'
import type { Id } from '@planet/runtime/ids'

/** The stream of everything that changes who is on a session's stage or on the way there. */
export const stageStream = (sessionId: Id<'LiveSession'>): string => `stage:${sessionId}`

/** `userId` is null where everybody left at once. */
export const emitStageChanged = (
  tx: Tx,
  at: Date,
  payload: { sessionId: Id<'LiveSession'>; userId: Id<'User'> | null; seq: number },
) => emit(tx, { stream: stageStream(payload.sessionId), type: 'live.StageChanged', payload, at })
