import { emit } from '@planet/runtime/event-log/append'
import { PostRetracted } from '@planet/runtime/events/posts'
import { performOnce } from '@planet/runtime/idempotency'
import { parseId } from '@planet/runtime/ids'
import { requireUser } from '@planet/runtime/viewer'
import { idempotencyKeys } from '../../db/tables.ts'
import type { MutationResolvers, ResolversTypes } from '../../generated/resolvers.ts'
import { getPost } from '../db/post.ts'
import { lockPostOfAuthor, updateRetracted } from '../db/post-writes.ts'
import { findSignalOfPost } from '../db/signal.ts'
import { noSuchPost, postRetracted } from '../domain/refusals.ts'

type Result = Awaited<ResolversTypes['RetractPostResult']>

export const retractPost: MutationResolvers['retractPost'] = async (_, { input }, ctx) => {
  const { userId } = requireUser(ctx.viewer)
  const now = ctx.now()
  const postId = parseId<'Post'>(input.postId)
  if (!postId) return noSuchPost()
  return performOnce<Result>(
    ctx.db,
    { table: idempotencyKeys, userId, mutation: 'retractPost', input, resultId: postId, now },
    async (tx) => {
      const post = await lockPostOfAuthor(tx, postId, userId)
      if (!post) return noSuchPost()
      if (post.retractedAt) return postRetracted(post.retractedAt)

      const signal = await findSignalOfPost(tx, postId)
      await updateRetracted(tx, postId, now)
      await emit(tx, PostRetracted, now, { postId, authorId: userId, signalId: signal?.id ?? null, retractedAt: now })
      return { __typename: 'RetractPostSuccess', post: await getPost(tx, postId) }
    },
    async (tx) => ({ __typename: 'RetractPostSuccess', post: await getPost(tx, postId) }),
  )
}
