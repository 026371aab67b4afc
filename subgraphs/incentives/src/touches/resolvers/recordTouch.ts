import { performOnce } from '@planet/runtime/idempotency'
import { type Id, newId, parseId } from '@planet/runtime/ids'
import { invalidInput } from '@planet/runtime/refusals'
import { requireUser } from '@planet/runtime/viewer'
import { findVisiblePost } from '../../copies/db/post.ts'
import { idempotencyKeys } from '../../db/tables.ts'
import type { MutationResolvers, ResolversTypes } from '../../generated/resolvers.ts'
import { getTouch } from '../db/touch.ts'
import { insertTouchOnce } from '../db/touch-writes.ts'
import { findTouchFaults } from '../domain/touch.ts'
import { emitTouchRecorded } from '../events.ts'

type Result = Awaited<ResolversTypes['RecordTouchResult']>

export const recordTouch: MutationResolvers['recordTouch'] = async (_, { input }, ctx) => {
  const viewer = requireUser(ctx.viewer)
  const now = ctx.now()
  const { userId } = viewer
  const id = newId<'Touch'>(now)
  const { kind, surface, visibleMs = null } = input
  return performOnce<Result>(
    ctx.db,
    { table: idempotencyKeys, userId, mutation: 'recordTouch', input, resultId: id, now },
    async (tx) => {
      const postId = parseId<'Post'>(input.postId)
      const post = postId && (await findVisiblePost(tx, postId, viewer))
      const faults = findTouchFaults({ kind, visibleMs })
      if (!post) faults.unshift({ field: 'postId', message: 'No such post.' })
      else if (post.retractedAt) faults.unshift({ field: 'postId', message: 'The post is retracted.' })
      if (!post || faults.length > 0) return invalidInput(faults)

      const draft = { id, userId, postId: post.id, authorId: post.authorId, kind, surface, visibleMs, at: now }
      const touch = await insertTouchOnce(tx, draft)
      if (!touch) throw new Error(`touch ${id} is there already`)
      await emitTouchRecorded(tx, touch)
      return { __typename: 'RecordTouchSuccess', touch }
    },
    // This mutation is the only writer of its keys, and their results are touches.
    async (tx, resultId) => ({ __typename: 'RecordTouchSuccess', touch: await getTouch(tx, resultId as Id<'Touch'>) }),
  )
}
