import type { Clock } from '@planet/runtime/clock'
import type { EventLog } from '@planet/runtime/event-log/log'
import type { Id } from '@planet/runtime/ids'
import type { Logger } from '@planet/runtime/log'
import { sessionStream } from '../sessions/events.ts'
import { createStateFeed, createStateFeeds, type StateFeeds } from '../state-feed.ts'
import { isShown } from './domain/room.ts'
import type { Rooms, SessionConsensus } from './rooms.ts'

/** The consensus of each session that somebody follows in this process, computed once per change for all of them. */
export type ConsensusFeeds = StateFeeds<Id<'LiveSession'>, SessionConsensus>

/** At most 10 values per second, in milliseconds of the machine. */
const INTERVAL_MS = 100

export function createConsensusFeeds(options: {
  readonly rooms: Rooms
  readonly events: EventLog
  readonly clock: Clock
  readonly log: Logger
}): ConsensusFeeds {
  const { rooms, ...deps } = options
  return createStateFeeds((sessionId, onClosed) =>
    createStateFeed<SessionConsensus>({
      ...deps,
      onClosed,
      what: { sessionId, state: 'consensus' },
      filter: { streams: [sessionStream(sessionId)] },
      intervalMs: INTERVAL_MS,
      read: async () => (await rooms.read([sessionId]))[0] ?? null,
      isOver: ({ session }) => session.status === 'ENDED',
      // The end of the hidden phase is no event.
      timed: {
        isPending: ({ state, session }) => state === 'HIDDEN' && session.status === 'LIVE',
        isDue: ({ session }) => isShown(session, deps.clock.now()),
      },
    }),
  )
}
