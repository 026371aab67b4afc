import { performOnce } from '@planet/runtime/idempotency'
import { type Id, newId, parseId } from '@planet/runtime/ids'
import { invalidInput } from '@planet/runtime/refusals'
import { requireUser } from '@planet/runtime/viewer'
import { idempotencyKeys } from '../../db/tables.ts'
import type { MutationResolvers, ResolversTypes } from '../../generated/resolvers.ts'
import { findTarget } from '../db/target.ts'
import { getTouch } from '../db/touch.ts'
import { insertTouchOnce } from '../db/touch-writes.ts'
import { decideTarget } from '../domain/target.ts'
import { findTouchFaults, keptKind } from '../domain/touch.ts'
import { emitTouchRecorded } from '../events.ts'

type Result = Awaited<ResolversTypes['RecordTouchResult']>

export const recordTouch: MutationResolvers['recordTouch'] = async (_, { input }, ctx) => {
  const viewer = requireUser(ctx.viewer)
  const now = ctx.now()
  const { userId } = viewer
  const id = newId<'Touch'>(now)
  const { surface, visibleMs = null } = input
  const feedItemId = input.feedItemId ? parseId<'FeedItem'>(input.feedItemId) : null
  return performOnce<Result>(
    ctx.db,
    { table: idempotencyKeys, userId, mutation: 'recordTouch', input, resultId: id, now },
    async (tx) => {
      const faults = findTouchFaults({ kind: input.kind, visibleMs })
      if (typeof input.feedItemId === 'string' && !feedItemId) faults.push({ field: 'feedItemId', message: 'No such feed item.' })
      const decision = decideTarget(input)
      if (decision.kind === 'Refused') return invalidInput([...decision.faults, ...faults])
      const found = await findTarget(tx, decision.target, viewer)
      if (found.kind === 'Refused') return invalidInput([found.fault, ...faults])
      if (faults.length > 0) return invalidInput(faults)

      const kind = keptKind({ kind: input.kind, visibleMs })
      const draft = { id, userId, ...found.target, kind, surface, visibleMs, feedItemId, at: now }
      const touch = await insertTouchOnce(tx, draft)
      if (!touch) throw new Error(`touch ${id} is there already`)
      await emitTouchRecorded(tx, touch)
      return { __typename: 'RecordTouchSuccess', touch }
    },
    // This mutation is the only writer of its keys, and their results are touches.
    async (tx, resultId) => ({ __typename: 'RecordTouchSuccess', touch: await getTouch(tx, resultId as Id<'Touch'>) }),
  )
}
