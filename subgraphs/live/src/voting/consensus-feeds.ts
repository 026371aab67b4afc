import { SessionChanged } from '@planet/runtime/events/live'
import type { FeedDeps, SessionFeeds } from '../session-feeds.ts'
import { createStateFeed, createStateFeeds } from '../state-feed.ts'
import { isShown } from './domain/room.ts'
import type { Rooms, SessionConsensus } from './rooms.ts'

/** At most 10 values per second, in milliseconds of the machine. */
const INTERVAL_MS = 100

/** The consensus of each session that somebody follows in this process, computed once per change for all of them. */
export function createConsensusFeeds(rooms: Rooms, deps: FeedDeps): SessionFeeds<SessionConsensus> {
  return createStateFeeds((sessionId, onClosed) =>
    createStateFeed<SessionConsensus>({
      ...deps,
      onClosed,
      what: { sessionId, state: 'consensus' },
      filter: { streams: [SessionChanged.streamOf({ sessionId })] },
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
