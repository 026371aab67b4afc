import type { Tx } from '@planet/runtime/database'
import { emit } from '@planet/runtime/event-log/log'
import type { Id } from '@planet/runtime/ids'
import type { PredictionRow } from '../predictions/db/prediction.ts'
import type { LiveStatus } from './domain/session.ts'

type SessionId = Id<'LiveSession'>

/** The stream of everything that changes a session or its consensus. */
export const sessionStream = (sessionId: SessionId): string => `session:${sessionId}`

export const emitSessionChanged = (tx: Tx, at: Date, payload: { sessionId: SessionId; status: LiveStatus }) =>
  emit(tx, { stream: sessionStream(payload.sessionId), type: 'live.SessionChanged', payload, at })

/** Votes that were counted together, in the order in which they count. */
export const emitVotesCast = (
  tx: Tx,
  at: Date,
  {
    sessionId,
    votes,
  }: {
    readonly sessionId: SessionId
    readonly votes: readonly { readonly userId: Id<'User'>; readonly probabilityUp: number; readonly revision: number }[]
  },
) =>
  emit(tx, { stream: sessionStream(sessionId), type: 'live.VotesCast', payload: { sessionId, at: at.toISOString(), votes }, at })

/** A check of a voter's identity, or a voter's record, has changed what votes weigh. */
export const emitVotesReweighed = (tx: Tx, at: Date, payload: { sessionId: SessionId }) =>
  emit(tx, { stream: sessionStream(payload.sessionId), type: 'live.VotesReweighed', payload, at })

/** A consensus is frozen, to be judged by the market at `horizonAt`. */
export const emitPredictionLocked = (tx: Tx, { id, sessionId, instrumentId, lockedAt, horizonAt }: PredictionRow) =>
  emit(tx, {
    stream: sessionStream(sessionId),
    type: 'live.PredictionLocked',
    payload: {
      predictionId: id,
      sessionId,
      instrumentId,
      lockedAt: lockedAt.toISOString(),
      horizonAt: horizonAt.toISOString(),
    },
    at: lockedAt,
  })

/** The host takes votes again. */
export const emitVotingOpened = (tx: Tx, at: Date, payload: { sessionId: SessionId }) =>
  emit(tx, { stream: sessionStream(payload.sessionId), type: 'live.VotingOpened', payload, at })

/** The stream of what happens in a session's chat: a LOG for clients. */
export const chatStream = (sessionId: SessionId): string => `chat:${sessionId}`

/** A bullet has become visible. `isSampled`: it is delivered live under load too, after `dropped` that are not. */
export const emitBulletSent = (
  tx: Tx,
  at: Date,
  payload: { sessionId: SessionId; bulletId: Id<'Bullet'>; userId: Id<'User'>; isSampled: boolean; dropped: number },
) => emit(tx, { stream: chatStream(payload.sessionId), type: 'live.BulletSent', payload, at })

/** A bullet that was visible is not any more. */
export const emitBulletRemoved = (tx: Tx, at: Date, payload: { sessionId: SessionId; bulletId: Id<'Bullet'> }) =>
  emit(tx, { stream: chatStream(payload.sessionId), type: 'live.BulletRemoved', payload, at })

/** The stream of everything that changes who is on a session's stage or on the way there. */
export const stageStream = (sessionId: SessionId): string => `stage:${sessionId}`

/** `userId` is null where everybody left at once. */
export const emitStageChanged = (tx: Tx, at: Date, payload: { sessionId: SessionId; userId: Id<'User'> | null; seq: number }) =>
  emit(tx, { stream: stageStream(payload.sessionId), type: 'live.StageChanged', payload, at })

/** The stream of everything that changes a session's questions or their order. */
export const questionStream = (sessionId: SessionId): string => `questions:${sessionId}`

/** `questionId` is null where the session's end closed them all. */
export const emitQuestionsChanged = (
  tx: Tx,
  at: Date,
  payload: { sessionId: SessionId; questionId: Id<'Question'> | null; seq: number },
) => emit(tx, { stream: questionStream(payload.sessionId), type: 'live.QuestionsChanged', payload, at })

/** The stream of how many watch a session. */
export const audienceStream = (sessionId: SessionId): string => `audience:${sessionId}`

export const emitViewersCounted = (tx: Tx, at: Date, payload: { sessionId: SessionId; viewerCount: number }) =>
  emit(tx, { stream: audienceStream(payload.sessionId), type: 'live.ViewersCounted', payload, at })
