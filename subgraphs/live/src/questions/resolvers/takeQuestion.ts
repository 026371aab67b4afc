import { performOnce } from '@planet/runtime/idempotency'
import { parseId } from '@planet/runtime/ids'
import { requireUser } from '@planet/runtime/viewer'
import { idempotencyKeys } from '../../db/tables.ts'
import type { MutationResolvers, ResolversTypes } from '../../generated/resolvers.ts'
import { getQuestion } from '../db/question.ts'
import { noSuchQuestionOfHost } from '../domain/refusals.ts'
import { moveQuestion } from '../move-question.ts'

type Result = Awaited<ResolversTypes['TakeQuestionResult']>

export const takeQuestion: MutationResolvers['takeQuestion'] = async (_, { input }, ctx) => {
  const { userId } = requireUser(ctx.viewer)
  const questionId = parseId<'Question'>(input.questionId)
  if (!questionId) return noSuchQuestionOfHost()
  return performOnce<Result>(
    ctx.db,
    { table: idempotencyKeys, userId, mutation: 'takeQuestion', input, resultId: questionId, now: ctx.now() },
    async (tx) => {
      const moved = await moveQuestion(tx, { questionId, hostId: userId, step: 'take' }, ctx.now)
      if (moved === null) return noSuchQuestionOfHost()
      return 'question' in moved ? { __typename: 'TakeQuestionSuccess', ...moved } : moved
    },
    async (tx) => ({ __typename: 'TakeQuestionSuccess', question: await getQuestion(tx, questionId) }),
  )
}
