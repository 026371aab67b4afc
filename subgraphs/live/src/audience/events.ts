import type { Tx } from '@planet/runtime/database'
import { emit } from '@planet/runtime/event-log/log'
import type { Id } from '@planet/runtime/ids'

/** The stream of how many watch a session. */
export const audienceStream = (sessionId: Id<'LiveSession'>): string => `audience:${sessionId}`

export const emitViewersCounted = (tx: Tx, at: Date, payload: { sessionId: Id<'LiveSession'>; viewerCount: number }) =>
  emit(tx, { stream: audienceStream(payload.sessionId), type: 'live.ViewersCounted', payload, at })
