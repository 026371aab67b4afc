import type { Tx } from '@planet/runtime/database'
import { emit } from '@planet/runtime/event-log/log'
import type { Id } from '@planet/runtime/ids'

/** The stream of everything that changes a session's questions or their order. */
export const questionStream = (sessionId: Id<'LiveSession'>): string => `questions:${sessionId}`

/** `questionId` is null where the session's end closed them all. */
export const emitQuestionsChanged = (
  tx: Tx,
  at: Date,
  payload: { sessionId: Id<'LiveSession'>; questionId: Id<'Question'> | null; seq: number },
) => emit(tx, { stream: questionStream(payload.sessionId), type: 'live.QuestionsChanged', payload, at })
