import { codedError } from '@planet/runtime/errors'
import { type EventPlace, logStream, placeOf } from '@planet/runtime/event-log/log-stream'
import { decodePayload } from '@planet/runtime/event-log/payload'
import { ActivityHappened } from '@planet/runtime/events/circles'
import { type Id, parseId } from '@planet/runtime/ids'
import { readTogether } from '@planet/runtime/read-together'
import { requireUser } from '@planet/runtime/viewer'
import { findCircles } from '../db/circle.ts'
import { findStandings } from '../db/member.ts'
import type { CircleActivityKind, SubscriptionResolvers } from '../generated/resolvers.ts'

type Happened = EventPlace & {
  readonly kind: CircleActivityKind
  readonly user: { readonly id: Id<'User'> }
  readonly post: { readonly id: Id<'Post'> } | null
}

export const Subscription: SubscriptionResolvers = {
  circleActivity: {
    async subscribe(_, args, { db, events, viewer }) {
      const { userId } = requireUser(viewer)
      const circleId = parseId<'Circle'>(args.circleId)
      const [circle] = circleId ? await findCircles(db, [circleId]) : []
      if (!circle) throw codedError('BAD_USER_INPUT', 'No such circle.')
      const readStanding = readTogether((ids: readonly Id<'Circle'>[]) => findStandings(db, userId, ids))
      const requireMember = async () => {
        if ((await readStanding(circle.id)) !== 'MEMBER')
          throw codedError('FORBIDDEN', 'Only members see what happens in a circle.')
      }
      // In this order a leaving that the check has not seen comes in the stream, where it is checked again.
      const after = args.after ?? (await events.head())
      await requireMember()
      return logStream<Happened>({
        events,
        filter: { types: [ActivityHappened.type], streams: [ActivityHappened.streamOf({ circleId: circle.id })] },
        after,
        async read(event) {
          await requireMember()
          const { kind, userId: doer, postId } = decodePayload(ActivityHappened, event)
          return { ...placeOf(event), kind, user: { id: doer }, post: postId && { id: postId } }
        },
      })
    },
    resolve: (happened: Happened) => happened,
  },
}
