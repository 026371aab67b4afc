import { performOnce } from '@planet/runtime/idempotency'
import { parseId } from '@planet/runtime/ids'
import { invalidInput } from '@planet/runtime/refusals'
import { requireUser } from '@planet/runtime/viewer'
import { idempotencyKeys } from '../../db/tables.ts'
import type { MutationResolvers, ResolversTypes } from '../../generated/resolvers.ts'
import { cashtagsOfPost } from '../../references/domain/cashtag.ts'
import { findExternalRefFaults, storedExternalRefs } from '../../references/domain/external-ref.ts'
import { classifyTopics } from '../../topics/domain/topic.ts'
import { getPost } from '../db/post.ts'
import { getVersion } from '../db/post-version.ts'
import { insertVersion } from '../db/post-version-writes.ts'
import { lockPostOfAuthor } from '../db/post-writes.ts'
import { findSignalOfPost } from '../db/signal.ts'
import { findTextFaults, textOf } from '../domain/post.ts'
import { noSuchPost, postRetracted } from '../domain/refusals.ts'
import { emitPostEdited } from '../events.ts'
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
      const faults = [...findTextFaults(input), ...findExternalRefFaults(input.externalRefs ?? [], now)]
      if (faults.length > 0) return invalidInput(faults)

      const post = await lockPostOfAuthor(tx, postId, userId)
      if (!post) return noSuchPost()
      if (post.retractedAt) return postRetracted(post.retractedAt)

      const signal = await findSignalOfPost(tx, postId)
      const before = await getVersion(tx, postId, post.version)
      const traded = post.cashtags.find(({ instrumentId }) => instrumentId === signal?.instrumentId) ?? null
      const version = {
        postId,
        version: post.version + 1,
        title: input.title.trim(),
        body: input.body.trim(),
        topics: classifyTopics(post.chosenTopics, textOf(input)),
        cashtags: cashtagsOfPost(await findCashtags(tx, input), traded),
        externalRefs: input.externalRefs ? storedExternalRefs(input.externalRefs) : before.externalRefs,
        // A rival that waited for the lock may have looked at the clock before the one that held it.
        writtenAt: now < before.writtenAt ? before.writtenAt : now,
      }
      await insertVersion(tx, version)
      await emitPostEdited(tx, userId, version, signal)
      return { __typename: 'EditPostSuccess', post: await getPost(tx, postId) }
    },
    async (tx) => ({ __typename: 'EditPostSuccess', post: await getPost(tx, postId) }),
  )
}
