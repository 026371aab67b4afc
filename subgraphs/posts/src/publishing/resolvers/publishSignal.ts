import { formatDecimal } from '@planet/runtime/decimal'
import { performOnce } from '@planet/runtime/idempotency'
import { newId, parseId, requireId } from '@planet/runtime/ids'
import { invalidInput } from '@planet/runtime/refusals'
import { requireUser } from '@planet/runtime/viewer'
import { findInstrument } from '../../copies/db/instrument.ts'
import { idempotencyKeys } from '../../db/tables.ts'
import type { MutationResolvers, ResolversTypes } from '../../generated/resolvers.ts'
import { cashtagsOfPost, resolveCashtags } from '../../references/domain/cashtag.ts'
import { findExternalRefFaults } from '../../references/domain/external-ref.ts'
import { getPost } from '../db/post.ts'
import { decideOrigin } from '../domain/origin.ts'
import { findDraftFaults } from '../domain/post.ts'
import { decideSignalPlan } from '../domain/signal-plan.ts'
import { findCashtags, refuseAuthor, storePost } from './publish.ts'

type Result = Awaited<ResolversTypes['PublishSignalResult']>

export const publishSignal: MutationResolvers['publishSignal'] = async (_, { input }, ctx) => {
  const viewer = requireUser(ctx.viewer)
  const { userId } = viewer
  const now = ctx.now()
  const id = newId<'Post'>(now)
  return performOnce<Result>(
    ctx.db,
    { table: idempotencyKeys, userId, mutation: 'publishSignal', input, resultId: id, now },
    async (tx) => {
      const instrumentId = parseId<'Instrument'>(input.instrumentId)
      const instrument = instrumentId && (await findInstrument(tx, instrumentId))
      const decision = decideSignalPlan(
        {
          ...input,
          instrumentId: instrument?.id ?? null,
          entryExpiresAt: input.entryExpiresAt ?? null,
          horizonMs: input.horizon,
          moveStopToEntryAfter: input.moveStopToEntryAfter ?? null,
        },
        now,
      )
      const circleId = input.circleId ? parseId<'Circle'>(input.circleId) : null
      const from = decideOrigin(input.origin, viewer)
      const faults = [
        ...findDraftFaults(input),
        ...(input.circleId && !circleId ? [{ field: 'circleId', message: 'No such circle.' }] : []),
        ...(from.kind === 'Refused' ? from.faults : []),
        ...(decision.kind === 'Refused' ? decision.faults : []),
        ...findExternalRefFaults(input.externalRefs, now),
      ]
      if (faults.length > 0 || from.kind === 'Refused' || decision.kind === 'Refused' || !instrument) return invalidInput(faults)

      const refusal = await refuseAuthor(tx, userId, circleId)
      if (refusal) return refusal

      // The traded instrument counts among the cashtags, whether or not the text names it.
      const [traded = null] = resolveCashtags(`$${instrument.symbol}`, [instrument])
      const cashtags = cashtagsOfPost(await findCashtags(tx, input), traded)
      const { plan } = decision
      const post = { id, authorId: userId, kind: 'SIGNAL', circleId, origin: from.origin, now } as const
      await storePost(tx, post, input, cashtags, {
        id: newId<'Signal'>(now),
        instrumentId: instrument.id,
        side: plan.side,
        entryKind: plan.entryKind,
        entry: plan.entry,
        entryExpiresAt: plan.entryKind === 'LIMIT' ? (plan.entryExpiresAt ?? plan.expiresAt) : null,
        stop: plan.stop,
        targets: plan.targets.map(({ price, fraction }) => ({ price: formatDecimal(price), fraction: formatDecimal(fraction) })),
        horizonMs: input.horizon,
        expiresAt: plan.expiresAt,
        conviction: plan.conviction,
        moveStopToEntryAfter: plan.moveStopToEntryAfter,
      })
      return { __typename: 'PublishSignalSuccess', post: await getPost(tx, id) }
    },
    async (tx, resultId) => ({ __typename: 'PublishSignalSuccess', post: await getPost(tx, requireId<'Post'>(resultId)) }),
  )
}
