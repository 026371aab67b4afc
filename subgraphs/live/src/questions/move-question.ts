import type { Tx } from '@planet/runtime/database'
import { emit } from '@planet/runtime/event-log/append'
import { QuestionsChanged } from '@planet/runtime/events/live'
import type { Id } from '@planet/runtime/ids'
import { findRoom } from '../sessions/db/room.ts'
import { wrongLiveStatus } from '../sessions/domain/refusals.ts'
import { recordMoment } from '../sessions/events.ts'
import { findAnswering, findQuestionPlace, getQuestion, type QuestionRow, updateQuestion } from './db/question.ts'
import { lockBoard, setBoardSeq } from './db/question-board.ts'
import { decideQuestion, type QuestionStep } from './domain/question.ts'
import { wrongQuestionState } from './domain/refusals.ts'

type Refusal = ReturnType<typeof wrongLiveStatus | typeof wrongQuestionState>

/** Takes `step` with a question of one of the host's sessions, or says why not; null if there is no such question. */
export async function moveQuestion(
  tx: Tx,
  move: { readonly questionId: Id<'Question'>; readonly hostId: Id<'User'>; readonly step: QuestionStep },
  clock: () => Date,
): Promise<{ readonly question: QuestionRow } | Refusal | null> {
  const { questionId, hostId, step } = move
  const place = await findQuestionPlace(tx, questionId)
  if (!place) return null
  const { sessionId } = place
  const seq = (await lockBoard(tx, sessionId)) + 1
  // After the lock, which the session's end takes too.
  const room = await findRoom(tx, sessionId, hostId)
  if (room?.session.hostId !== hostId) return null
  const { status } = room.session
  if (status === 'ENDED' || (status === 'SCHEDULED' && step !== 'dismiss')) return wrongLiveStatus(status)

  const now = clock()
  const decision = decideQuestion(await getQuestion(tx, questionId), step, now)
  if (decision.kind === 'WrongQuestionState') return wrongQuestionState(decision.state)
  const { state, answerAt } = decision
  if (state === 'ANSWERING') await finishAnswer(tx, sessionId, now)
  await updateQuestion(tx, questionId, { state, answerAt })
  if (state === 'ANSWERING') await recordMoment(tx, { sessionId, kind: 'QUESTION_TAKEN', at: now, questionId })
  if (state === 'ANSWERED') await recordMoment(tx, { sessionId, kind: 'QUESTION_ANSWERED', at: now, questionId })
  await setBoardSeq(tx, sessionId, seq)
  await emit(tx, QuestionsChanged, now, { sessionId, questionId, seq })
  return { question: await getQuestion(tx, questionId) }
}

/** The question that was being answered, if any, is answered. Lock the board first. */
async function finishAnswer(tx: Tx, sessionId: Id<'LiveSession'>, now: Date): Promise<void> {
  const answering = await findAnswering(tx, sessionId)
  if (!answering) return
  await updateQuestion(tx, answering.id, { state: 'ANSWERED' })
  await recordMoment(tx, { sessionId, kind: 'QUESTION_ANSWERED', at: now, questionId: answering.id })
}

/** Nobody answers in a session that has ended. Waits for whoever is acting on its questions. */
export async function clearBoard(tx: Tx, sessionId: Id<'LiveSession'>, now: Date): Promise<void> {
  const seq = (await lockBoard(tx, sessionId)) + 1
  await finishAnswer(tx, sessionId, now)
  await setBoardSeq(tx, sessionId, seq)
  await emit(tx, QuestionsChanged, now, { sessionId, questionId: null, seq })
}
