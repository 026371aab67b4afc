import type { Tx } from '@planet/runtime/database'
import { emit } from '@planet/runtime/event-log/append'
import { QuestionsChanged } from '@planet/runtime/events/live'
import { performOnce } from '@planet/runtime/idempotency'
import { parseId } from '@planet/runtime/ids'
import { invalidInput } from '@planet/runtime/refusals'
import { requireUser } from '@planet/runtime/viewer'
import { idempotencyKeys } from '../../db/tables.ts'
import type { MutationResolvers, ResolversTypes } from '../../generated/resolvers.ts'
import { findRoom } from '../../sessions/db/room.ts'
import { bannedFromSession, wrongLiveStatus } from '../../sessions/domain/refusals.ts'
import { findQuestionPlace, getQuestion, insertUpvoteOnce } from '../db/question.ts'
import { lockBoard, setBoardSeq } from '../db/question-board.ts'
import { wrongQuestionState } from '../domain/refusals.ts'

type Result = Awaited<ResolversTypes['UpvoteQuestionResult']>

export const upvoteQuestion: MutationResolvers['upvoteQuestion'] = async (_, { input }, ctx) => {
  const { userId } = requireUser(ctx.viewer)
  const questionId = parseId<'Question'>(input.questionId)
  if (!questionId) return noSuchQuestion()
  const place = await findQuestionPlace(ctx.db, questionId)
  if (!place) return noSuchQuestion()
  const { sessionId, authorId, askedAt } = place
  if (authorId === userId) return invalidInput([{ field: 'questionId', message: 'The question is your own.' }])

  const upvote = async (tx: Tx): Promise<Result> => {
    const seq = (await lockBoard(tx, sessionId)) + 1
    // After the lock, which the session's end takes too.
    const room = await findRoom(tx, sessionId, userId)
    if (!room) return noSuchQuestion()
    if (room.session.status === 'ENDED') return wrongLiveStatus(room.session.status)
    if (room.isBanned) return bannedFromSession()
    const state = (await findQuestionPlace(tx, questionId))?.state ?? 'DISMISSED'
    if (state !== 'OPEN') return wrongQuestionState(state)

    const now = ctx.now()
    // Replicas' clocks differ a little; nobody votes for what was not asked yet.
    const at = now < askedAt ? askedAt : now
    if (await insertUpvoteOnce(tx, sessionId, { questionId, userId, at })) {
      await setBoardSeq(tx, sessionId, seq)
      await emit(tx, QuestionsChanged, now, { sessionId, questionId, seq })
    }
    return { __typename: 'UpvoteQuestionSuccess', question: await getQuestion(tx, questionId) }
  }
  const replay = async (tx: Tx): Promise<Result> => ({
    __typename: 'UpvoteQuestionSuccess',
    question: await getQuestion(tx, questionId),
  })
  const call = { table: idempotencyKeys, userId, mutation: 'upvoteQuestion', input, resultId: questionId, now: ctx.now() }
  return ctx.crowd.turns.take(`questions ${sessionId}`, () => performOnce<Result>(ctx.db, call, upvote, replay))
}

const noSuchQuestion = () => invalidInput([{ field: 'questionId', message: 'No such question.' }])
