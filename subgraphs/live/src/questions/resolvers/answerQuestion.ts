import { performOnce } from '@planet/runtime/idempotency'
import { parseId } from '@planet/runtime/ids'
import { requireUser } from '@planet/runtime/viewer'
import { idempotencyKeys } from '../../db/tables.ts'
import type { MutationResolvers, ResolversTypes } from '../../generated/resolvers.ts'
import { getQuestion } from '../db/question.ts'
import { noSuchQuestionOfHost } from '../domain/refusals.ts'
import { moveQuestion } from '../move-question.ts'

type Result = Awaited<ResolversTypes['AnswerQuestionResult']>

export const answerQuestion: MutationResolvers['answerQuestion'] = async (_, { input }, ctx) => {
  const { userId } = requireUser(ctx.viewer)
  const questionId = parseId<'Question'>(input.questionId)
  if (!questionId) return noSuchQuestionOfHost()
  return performOnce<Result>(
    ctx.db,
    { table: idempotencyKeys, userId, mutation: 'answerQuestion', input, resultId: questionId, now: ctx.now() },
    async (tx) => {
      const moved = await moveQuestion(tx, { questionId, hostId: userId, step: 'answer' }, ctx.now)
      if (moved === null) return noSuchQuestionOfHost()
      return 'question' in moved ? { __typename: 'AnswerQuestionSuccess', ...moved } : moved
    },
    async (tx) => ({ __typename: 'AnswerQuestionSuccess', question: await getQuestion(tx, questionId) }),
  )
}
