import { performOnce } from '@planet/runtime/idempotency'
import { parseId } from '@planet/runtime/ids'
import { invalidInput } from '@planet/runtime/refusals'
import { requireUser } from '@planet/runtime/viewer'
import { idempotencyKeys } from '../../db/tables.ts'
import type { MutationResolvers, ResolversTypes } from '../../generated/resolvers.ts'
import { getSession, lockSession } from '../../sessions/db/live-session.ts'
import { wrongLiveStatus } from '../../sessions/domain/refusals.ts'
import { recordMoment } from '../../sessions/events.ts'
import { findPins, getPin, takePinDown } from '../db/context-pin.ts'

type Result = Awaited<ResolversTypes['UnpinContextResult']>

export const unpinContext: MutationResolvers['unpinContext'] = async (_, { input }, ctx) => {
  const { userId } = requireUser(ctx.viewer)
  const pinId = parseId<'ContextPin'>(input.pinId)
  if (!pinId) return noSuchPin()
  return performOnce<Result>(
    ctx.db,
    { table: idempotencyKeys, userId, mutation: 'unpinContext', input, resultId: pinId, now: ctx.now() },
    async (tx) => {
      const [found] = await findPins(tx, [pinId])
      const session = found && (await lockSession(tx, found.sessionId))
      if (session?.hostId !== userId) return noSuchPin()
      if (session.status === 'ENDED') return wrongLiveStatus(session.status)
      // Read again after the lock.
      const pin = await getPin(tx, pinId)
      if (pin.unpinnedAt) return { __typename: 'UnpinContextSuccess', pin, session }
      const now = ctx.now()
      await takePinDown(tx, pinId, now)
      await recordMoment(tx, { sessionId: session.id, kind: 'CONTEXT_UNPINNED', at: now, pinId })
      return { __typename: 'UnpinContextSuccess', pin: await getPin(tx, pinId), session }
    },
    async (tx) => {
      const pin = await getPin(tx, pinId)
      return { __typename: 'UnpinContextSuccess', pin, session: await getSession(tx, pin.sessionId) }
    },
  )
}

const noSuchPin = () => invalidInput([{ field: 'pinId', message: 'No such pin in a session of yours.' }])
