import type { Tx } from '@planet/runtime/database'
import { emit } from '@planet/runtime/event-log'
import type { Id } from '@planet/runtime/ids'
import type { LiveStatus } from './domain/session.ts'

type SessionId = Id<'LiveSession'>

/** The stream of everything that changes a session or its consensus. */
export const sessionStream = (sessionId: SessionId): string => `session:${sessionId}`

export const emitSessionChanged = (tx: Tx, at: Date, payload: { sessionId: SessionId; status: LiveStatus }) =>
  emit(tx, { stream: sessionStream(payload.sessionId), type: 'live.SessionChanged', payload, at })

export const emitVoteCast = (
  tx: Tx,
  at: Date,
  payload: { sessionId: SessionId; userId: Id<'User'>; probabilityUp: number; revision: number },
) =>
  emit(tx, {
    stream: sessionStream(payload.sessionId),
    type: 'live.VoteCast',
    payload: { ...payload, at: at.toISOString() },
    at,
  })

/** A check of the voter's identity has changed what a vote weighs. */
export const emitVoteReweighed = (tx: Tx, at: Date, payload: { sessionId: SessionId; userId: Id<'User'> }) =>
  emit(tx, { stream: sessionStream(payload.sessionId), type: 'live.VoteReweighed', payload, at })
