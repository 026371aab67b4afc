import type { Tx } from '@planet/runtime/database'
import { emit } from '@planet/runtime/event-log/log'
import type { Id } from '@planet/runtime/ids'
import { sessionStream } from '../sessions/events.ts'

/** Votes that were counted together, in the order in which they count. */
export const emitVotesCast = (
  tx: Tx,
  at: Date,
  {
    sessionId,
    votes,
  }: {
    readonly sessionId: Id<'LiveSession'>
    readonly votes: readonly { readonly userId: Id<'User'>; readonly probabilityUp: number; readonly revision: number }[]
  },
) =>
  emit(tx, { stream: sessionStream(sessionId), type: 'live.VotesCast', payload: { sessionId, at: at.toISOString(), votes }, at })

/** A check of a voter's identity, or a voter's record, has changed what votes weigh. */
export const emitVotesReweighed = (tx: Tx, at: Date, payload: { sessionId: Id<'LiveSession'> }) =>
  emit(tx, { stream: sessionStream(payload.sessionId), type: 'live.VotesReweighed', payload, at })
