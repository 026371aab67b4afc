import { performOnce } from '@planet/runtime/idempotency'
import { parseId } from '@planet/runtime/ids'
import { invalidInput } from '@planet/runtime/refusals'
import { requireUser } from '@planet/runtime/viewer'
import { idempotencyKeys } from '../../db/tables.ts'
import type { MutationResolvers, ResolversTypes } from '../../generated/resolvers.ts'
import { getPost } from '../db/post.ts'
import { insertVersion } from '../db/post-version-writes.ts'
import { lockPostOfAuthor } from '../db/post-writes.ts'
import { findSignalOfPost } from '../db/signal.ts'
import { findTextFaults } from '../domain/post.ts'
import { noSuchPost, postRetracted } from '../domain/refusals.ts'
import { findCashtags } from './publish.ts'

type Result = Awaited<ResolversTypes['EditPostResult']>

export const editPost: MutationResolvers['editPost'] = async (_, { input }, ctx) => {
  const { userId } = requireUser(ctx.viewer)
  const now = ctx.now()
  const postId = parseId<'Post'>(input.postId)
  if (!postId) return noSuchPost()
  return performOnce<Result>(
    ctx.db,
    { table: idempotencyKeys, userId, mutation: 'editPost', input, resultId: postId, now },
    async (tx) => {
      const faults = findTextFaults(input)
      if (faults.length > 0) return invalidInput(faults)

      const post = await lockPostOfAuthor(tx, postId, userId)
      if (!post) return noSuchPost()
      if (post.retractedAt) return postRetracted(post.retractedAt)

      const signal = await findSignalOfPost(tx, postId)
      const written = await findCashtags(tx, input)
      const traded = signal ? post.cashtags.filter((cashtag) => cashtag.instrumentId === signal.instrumentId) : []
      const isWritten = written.some((cashtag) => cashtag.instrumentId === signal?.instrumentId)
      const version = { postId, version: post.version + 1, title: input.title.trim(), body: input.body.trim(), writtenAt: now }
      await insertVersion(tx, version, isWritten ? written : [...traded, ...written])
      return { __typename: 'EditPostSuccess', post: await getPost(tx, postId) }
    },
    async (tx) => ({ __typename: 'EditPostSuccess', post: await getPost(tx, postId) }),
  )
}
