import { parseIdFilter } from '@planet/runtime/event-log/id-filter'
import { type EventPlace, logStream, placeOf } from '@planet/runtime/event-log/log-stream'
import { decodePayload } from '@planet/runtime/event-log/payload'
import { SignalPublished } from '@planet/runtime/events/posts'
import type { Id } from '@planet/runtime/ids'
import { readTogether } from '@planet/runtime/read-together'
import { countCreators } from '../../copies/db/creator.ts'
import { countInstruments } from '../../copies/db/instrument.ts'
import type { SubscriptionResolvers } from '../../generated/resolvers.ts'
import { findPosts, type PostRow } from '../../publishing/db/post.ts'
import type { SignalRow } from '../../publishing/db/signal.ts'

type Published = EventPlace & { readonly post: PostRow; readonly signal: SignalRow }

export const Subscription: SubscriptionResolvers = {
  signalPublished: {
    subscribe: async (_, args, { db, events }) => {
      const creatorIds = await parseIdFilter<'User'>('creatorIds', args.creatorIds, (ids) => countCreators(db, ids))
      const instrumentIds = await parseIdFilter<'Instrument'>('instrumentIds', args.instrumentIds, (ids) =>
        countInstruments(db, ids),
      )
      const wanted = instrumentIds && new Set<string>(instrumentIds)
      const readPost = readTogether((ids: readonly Id<'Post'>[]) => findPosts(db, ids))
      return logStream<Published>({
        events,
        filter: { types: [SignalPublished.type], streams: creatorIds?.map((authorId) => SignalPublished.streamOf({ authorId })) },
        after: args.after ?? null,
        async read(event) {
          const { postId, instrumentId } = decodePayload(SignalPublished, event)
          if (wanted && !wanted.has(instrumentId)) return null
          const post = await readPost(postId)
          // The stream is the same for everybody, so it shows what everybody may see, whatever else the viewer may.
          if (!post?.signal || post.audience !== 'PUBLIC') return null
          return { ...placeOf(event), post, signal: post.signal }
        },
      })
    },
    resolve: (published: Published) => published,
  },
}
