import type { Tx } from '@planet/runtime/database'
import { emit } from '@planet/runtime/event-log/log'
import type { Id } from '@planet/runtime/ids'
import type { LiveStatus } from './domain/session.ts'

/** The stream of everything that changes a session or its consensus. */
export const sessionStream = (sessionId: Id<'LiveSession'>): string => `session:${sessionId}`

export const emitSessionChanged = (tx: Tx, at: Date, payload: { sessionId: Id<'LiveSession'>; status: LiveStatus }) =>
  emit(tx, { stream: sessionStream(payload.sessionId), type: 'live.SessionChanged', payload, at })
