import { parseIdFilter } from '@planet/runtime/event-log/id-filter'
import { type EventPlace, logStream, placeOf } from '@planet/runtime/event-log/log-stream'
import { decodePayload } from '@planet/runtime/event-log/payload'
import { SignalSettled } from '@planet/runtime/events/trading'
import type { Id } from '@planet/runtime/ids'
import { readTogether } from '@planet/runtime/read-together'
import { countCreators } from '../../copies/db/creator.ts'
import type { SubscriptionResolvers } from '../../generated/resolvers.ts'
import { findVisibleOutcomes, type OutcomeKey, type SignalOutcomeRow } from '../db/signal-outcome.ts'

type Settled = EventPlace & { readonly signal: { readonly id: Id<'Signal'> }; readonly outcome: SignalOutcomeRow }

export const Subscription: Pick<SubscriptionResolvers, 'signalSettled'> = {
  signalSettled: {
    subscribe: async (_, args, { db, events }) => {
      const creatorIds = await parseIdFilter<'User'>('creatorIds', args.creatorIds, (ids) => countCreators(db, ids))
      // The stream is the same for everybody: what only members of a circle may see is passed over.
      const readOutcome = readTogether((keys: readonly OutcomeKey[]) => findVisibleOutcomes(db, keys, null))
      return logStream<Settled>({
        events,
        filter: {
          types: [SignalSettled.type],
          streams: creatorIds?.map((authorId) => SignalSettled.streamOf({ authorId, audience: 'PUBLIC' })),
        },
        after: args.after ?? null,
        async read(event) {
          const { signalId, methodVersion } = decodePayload(SignalSettled, event)
          const outcome = await readOutcome({ signalId, methodVersion })
          return outcome ? { ...placeOf(event), signal: { id: signalId }, outcome } : null
        },
      })
    },
    resolve: (settled: Settled) => settled,
  },
}
