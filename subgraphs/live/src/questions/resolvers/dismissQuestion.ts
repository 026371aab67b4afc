import { performOnce } from '@planet/runtime/idempotency'
import { parseId } from '@planet/runtime/ids'
import { requireUser } from '@planet/runtime/viewer'
import { idempotencyKeys } from '../../db/tables.ts'
import type { MutationResolvers, ResolversTypes } from '../../generated/resolvers.ts'
import { getQuestion } from '../db/question.ts'
import { noSuchQuestionOfHost } from '../domain/refusals.ts'
import { moveQuestion } from '../move-question.ts'

type Result = Awaited<ResolversTypes['DismissQuestionResult']>

export const dismissQuestion: MutationResolvers['dismissQuestion'] = async (_, { input }, ctx) => {
  const { userId } = requireUser(ctx.viewer)
  const questionId = parseId<'Question'>(input.questionId)
  if (!questionId) return noSuchQuestionOfHost()
  return performOnce<Result>(
    ctx.db,
    { table: idempotencyKeys, userId, mutation: 'dismissQuestion', input, resultId: questionId, now: ctx.now() },
    async (tx) => {
      const moved = await moveQuestion(tx, { questionId, hostId: userId, step: 'dismiss' }, ctx.now)
      if (moved === null) return noSuchQuestionOfHost()
      return 'question' in moved ? { __typename: 'DismissQuestionSuccess', ...moved } : moved
    },
    async (tx) => ({ __typename: 'DismissQuestionSuccess', question: await getQuestion(tx, questionId) }),
  )
}
