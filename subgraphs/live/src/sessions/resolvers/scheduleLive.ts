import { emit } from '@planet/runtime/event-log/append'
import { SessionChanged } from '@planet/runtime/events/live'
import { performOnce } from '@planet/runtime/idempotency'
import { newId, parseId, requireId } from '@planet/runtime/ids'
import { invalidInput } from '@planet/runtime/refusals'
import { requireUser } from '@planet/runtime/viewer'
import { isCreator } from '../../copies/db/creator.ts'
import { isListed } from '../../copies/db/instrument.ts'
import { findPublicPostIds } from '../../copies/db/post.ts'
import { idempotencyKeys } from '../../db/tables.ts'
import type { MutationResolvers, ResolversTypes } from '../../generated/resolvers.ts'
import { getSession } from '../db/live-session.ts'
import { insertSession } from '../db/live-session-writes.ts'
import { priceColumns } from '../domain/question-price.ts'
import { notALiveHost } from '../domain/refusals.ts'
import { findScheduleFaults } from '../domain/schedule.ts'

type Result = Awaited<ResolversTypes['ScheduleLiveResult']>

export const scheduleLive: MutationResolvers['scheduleLive'] = async (_, { input }, ctx) => {
  const { userId } = requireUser(ctx.viewer)
  const now = ctx.now()
  const instrumentId = parseId<'Instrument'>(input.instrumentId)
  const postIds = input.postIds.flatMap((text) => parseId<'Post'>(text) ?? [])
  const id = newId<'LiveSession'>(now)
  return performOnce<Result>(
    ctx.db,
    { table: idempotencyKeys, userId, mutation: 'scheduleLive', input, resultId: id, now },
    async (tx) => {
      if (!(await isCreator(tx, userId))) return notALiveHost()
      const faults = findScheduleFaults(input, {
        now,
        isListed: instrumentId !== null && (await isListed(tx, instrumentId)),
        ownPostIds: await findPublicPostIds(tx, userId, postIds),
      })
      if (faults.length > 0 || !instrumentId) return invalidInput(faults)

      const { scheduledFor, maxSeats, voteHorizon: voteHorizonMs, extremisingExponent = null, questionPrice = null } = input
      const title = input.title.trim()
      const session = {
        id,
        hostId: userId,
        title,
        instrumentId,
        status: 'SCHEDULED' as const,
        scheduledFor,
        voteHorizonMs,
        maxSeats,
        extremisingExponent,
        ...priceColumns(questionPrice),
      }
      await insertSession(tx, session, postIds)
      await emit(tx, SessionChanged, now, { sessionId: id, status: 'SCHEDULED' })
      return { __typename: 'ScheduleLiveSuccess', session: await getSession(tx, id) }
    },
    async (tx, resultId) => ({
      __typename: 'ScheduleLiveSuccess',
      session: await getSession(tx, requireId(resultId)),
    }),
  )
}
