import type { Tx } from '@planet/runtime/database'
import { emit } from '@planet/runtime/event-log/log'
import type { Id } from '@planet/runtime/ids'
import { moments } from './db/tables.ts'
import type { LiveStatus } from './domain/session.ts'

/** The stream of everything that changes a session or its consensus. */
export const sessionStream = (sessionId: Id<'LiveSession'>): string => `session:${sessionId}`

export const emitSessionChanged = (tx: Tx, at: Date, payload: { sessionId: Id<'LiveSession'>; status: LiveStatus }) =>
  emit(tx, { stream: sessionStream(payload.sessionId), type: 'live.SessionChanged', payload, at })

/** Tells the session's timeline that something has happened, in the transaction in which it did. */
export async function recordMoment(tx: Tx, moment: Omit<typeof moments.$inferInsert, 'position'>): Promise<void> {
  await tx.insert(moments).values(moment)
}
