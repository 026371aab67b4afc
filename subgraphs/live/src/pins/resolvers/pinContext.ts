import { performOnce } from '@planet/runtime/idempotency'
import { newId, parseId, requireId } from '@planet/runtime/ids'
import { invalidInput } from '@planet/runtime/refusals'
import { requireUser } from '@planet/runtime/viewer'
import { isListed } from '../../copies/db/instrument.ts'
import { idempotencyKeys } from '../../db/tables.ts'
import type { MutationResolvers, ResolversTypes } from '../../generated/resolvers.ts'
import { getSession, lockSession } from '../../sessions/db/live-session.ts'
import { noSuchSessionOfHost, wrongLiveStatus } from '../../sessions/domain/refusals.ts'
import { recordMoment } from '../../sessions/events.ts'
import { findPinsOfSessions, getPin, insertPin } from '../db/context-pin.ts'
import { findPinFaults, MAX_PINS } from '../domain/pin.ts'
import { tooManyPins } from '../domain/refusals.ts'

type Result = Awaited<ResolversTypes['PinContextResult']>

export const pinContext: MutationResolvers['pinContext'] = async (_, { input }, ctx) => {
  const { userId } = requireUser(ctx.viewer)
  const sessionId = parseId<'LiveSession'>(input.sessionId)
  if (!sessionId) return noSuchSessionOfHost()
  const id = newId<'ContextPin'>(ctx.now())
  const instrumentId = parseId<'Instrument'>(input.instrumentId ?? '')
  const pin = {
    kind: input.kind,
    title: input.title.trim(),
    source: input.source.trim(),
    sourceUrl: input.sourceUrl ?? null,
    value: input.value ?? null,
    unit: input.unit ?? null,
    asOf: input.asOf ?? null,
  }
  return performOnce<Result>(
    ctx.db,
    { table: idempotencyKeys, userId, mutation: 'pinContext', input, resultId: id, now: ctx.now() },
    async (tx) => {
      const session = await lockSession(tx, sessionId)
      if (session?.hostId !== userId) return noSuchSessionOfHost()
      const now = ctx.now()
      const isKnown = instrumentId !== null && (await isListed(tx, instrumentId))
      const hasInstrument = input.instrumentId !== null && input.instrumentId !== undefined
      const faults = findPinFaults({ ...pin, hasInstrument, isListed: isKnown }, now)
      if (faults.length > 0) return invalidInput(faults)
      if (session.status === 'ENDED') return wrongLiveStatus(session.status)
      const [pinned = []] = await findPinsOfSessions(tx, [sessionId])
      if (pinned.length >= MAX_PINS) return tooManyPins(MAX_PINS)

      await insertPin(tx, { ...pin, id, sessionId, instrumentId, pinnedAt: now, pinnedBy: userId })
      await recordMoment(tx, { sessionId, kind: 'CONTEXT_PINNED', at: now, pinId: id })
      return { __typename: 'PinContextSuccess', pin: await getPin(tx, id), session: await getSession(tx, sessionId) }
    },
    async (tx, resultId) => ({
      __typename: 'PinContextSuccess',
      pin: await getPin(tx, requireId(resultId)),
      session: await getSession(tx, sessionId),
    }),
  )
}
