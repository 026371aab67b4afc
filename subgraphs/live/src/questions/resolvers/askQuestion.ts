import { emit } from '@planet/runtime/event-log/append'
import { QuestionsChanged } from '@planet/runtime/events/live'
import { performOnce } from '@planet/runtime/idempotency'
import { newId, parseId, requireId } from '@planet/runtime/ids'
import { findLineFaults } from '@planet/runtime/plain-text'
import { invalidInput } from '@planet/runtime/refusals'
import { requireUser } from '@planet/runtime/viewer'
import { idempotencyKeys } from '../../db/tables.ts'
import type { MutationResolvers, ResolversTypes } from '../../generated/resolvers.ts'
import { findRoom } from '../../sessions/db/room.ts'
import { findAgreementFaults, priceColumns, priceOf } from '../../sessions/domain/question-price.ts'
import { bannedFromSession, wrongLiveStatus } from '../../sessions/domain/refusals.ts'
import { countOpenQuestions, getQuestion, insertQuestion } from '../db/question.ts'
import { lockBoard, setBoardSeq } from '../db/question-board.ts'
import { MAX_OPEN_QUESTIONS, MAX_QUESTION } from '../domain/question.ts'
import { tooManyQuestions } from '../domain/refusals.ts'

type Result = Awaited<ResolversTypes['AskQuestionResult']>

export const askQuestion: MutationResolvers['askQuestion'] = async (_, { input }, ctx) => {
  const { userId } = requireUser(ctx.viewer)
  const sessionId = parseId<'LiveSession'>(input.sessionId)
  const text = input.text.trim()
  const faults = findLineFaults('text', text, MAX_QUESTION)
  const noSuchSession = { field: 'sessionId', message: 'No such session.' }
  if (!sessionId) return invalidInput([noSuchSession, ...faults])
  const id = newId<'Question'>(ctx.now())
  return performOnce<Result>(
    ctx.db,
    { table: idempotencyKeys, userId, mutation: 'askQuestion', input, resultId: id, now: ctx.now() },
    async (tx) => {
      const seq = (await lockBoard(tx, sessionId)) + 1
      // After the lock, which the session's end takes too.
      const room = await findRoom(tx, sessionId, userId)
      if (!room) return invalidInput([noSuchSession, ...faults])
      if (room.session.hostId === userId) faults.unshift({ field: 'sessionId', message: 'A host answers questions.' })
      const price = priceOf(room.session)
      faults.push(...findAgreementFaults('price', price, input.price ?? null))
      if (faults.length > 0) return invalidInput(faults)
      if (room.session.status === 'ENDED') return wrongLiveStatus(room.session.status)
      if (room.isBanned) return bannedFromSession()
      if ((await countOpenQuestions(tx, sessionId, userId)) >= MAX_OPEN_QUESTIONS) return tooManyQuestions(MAX_OPEN_QUESTIONS)

      const now = ctx.now()
      await insertQuestion(tx, { id, sessionId, authorId: userId, text, state: 'OPEN', askedAt: now, ...priceColumns(price) })
      await setBoardSeq(tx, sessionId, seq)
      await emit(tx, QuestionsChanged, now, { sessionId, questionId: id, seq })
      return { __typename: 'AskQuestionSuccess', question: await getQuestion(tx, id) }
    },
    async (tx, resultId) => ({ __typename: 'AskQuestionSuccess', question: await getQuestion(tx, requireId(resultId)) }),
  )
}
