import { performOnce } from '@planet/runtime/idempotency'
import { newId, parseId, requireId } from '@planet/runtime/ids'
import { invalidInput } from '@planet/runtime/refusals'
import { requireUser } from '@planet/runtime/viewer'
import { idempotencyKeys } from '../../db/tables.ts'
import type { MutationResolvers, ResolversTypes } from '../../generated/resolvers.ts'
import { getPost } from '../db/post.ts'
import { findDraftFaults } from '../domain/post.ts'
import { findCashtags, refuseAuthor, storePost } from './publish.ts'

type Result = Awaited<ResolversTypes['PublishPostResult']>

export const publishPost: MutationResolvers['publishPost'] = async (_, { input }, ctx) => {
  const { userId } = requireUser(ctx.viewer)
  const now = ctx.now()
  const id = newId<'Post'>(now)
  return performOnce<Result>(
    ctx.db,
    { table: idempotencyKeys, userId, mutation: 'publishPost', input, resultId: id, now },
    async (tx) => {
      const faults = findDraftFaults(input)
      if (input.kind === 'SIGNAL') faults.unshift({ field: 'kind', message: 'Use `publishSignal` for a post with a trade plan.' })
      const circleId = input.circleId ? parseId<'Circle'>(input.circleId) : null
      if (input.circleId && !circleId) faults.push({ field: 'circleId', message: 'No such circle.' })
      if (faults.length > 0) return invalidInput(faults)

      const refusal = await refuseAuthor(tx, userId, circleId)
      if (refusal) return refusal

      await storePost(tx, { id, authorId: userId, kind: input.kind, circleId, now }, input, await findCashtags(tx, input), null)
      return { __typename: 'PublishPostSuccess', post: await getPost(tx, id) }
    },
    async (tx, resultId) => ({ __typename: 'PublishPostSuccess', post: await getPost(tx, requireId<'Post'>(resultId)) }),
  )
}
