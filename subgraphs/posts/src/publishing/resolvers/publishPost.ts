import { performOnce } from '@planet/runtime/idempotency'
import { newId, parseId, requireId } from '@planet/runtime/ids'
import { invalidInput } from '@planet/runtime/refusals'
import { requireUser } from '@planet/runtime/viewer'
import { idempotencyKeys } from '../../db/tables.ts'
import type { MutationResolvers, ResolversTypes } from '../../generated/resolvers.ts'
import { findExternalRefFaults } from '../../references/domain/external-ref.ts'
import { getPost } from '../db/post.ts'
import { decideOrigin } from '../domain/origin.ts'
import { findDraftFaults } from '../domain/post.ts'
import { findCashtags, refuseAuthor, storePost } from './publish.ts'

type Result = Awaited<ResolversTypes['PublishPostResult']>

export const publishPost: MutationResolvers['publishPost'] = async (_, { input }, ctx) => {
  const viewer = requireUser(ctx.viewer)
  const { userId } = viewer
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
      const from = decideOrigin(input.origin, viewer)
      if (from.kind === 'Refused') faults.push(...from.faults)
      faults.push(...findExternalRefFaults(input.externalRefs, now))
      if (faults.length > 0 || from.kind === 'Refused') return invalidInput(faults)

      const refusal = await refuseAuthor(tx, userId, circleId)
      if (refusal) return refusal

      const { kind } = input
      const post = { id, authorId: userId, kind, circleId, origin: from.origin, now }
      await storePost(tx, post, input, await findCashtags(tx, input), null)
      return { __typename: 'PublishPostSuccess', post: await getPost(tx, id) }
    },
    async (tx, resultId) => ({ __typename: 'PublishPostSuccess', post: await getPost(tx, requireId<'Post'>(resultId)) }),
  )
}
