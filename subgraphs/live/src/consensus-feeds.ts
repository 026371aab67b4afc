import type { Clock } from '@planet/runtime/clock'
import type { Db } from '@planet/runtime/database'
import type { EventLog } from '@planet/runtime/event-log'
import type { Id } from '@planet/runtime/ids'
import type { Logger } from '@planet/runtime/log'
import { type ConsensusFeed, createConsensusFeed } from './consensus-feed.ts'
import { findSessions } from './db/live-session.ts'
import type { SessionConsensus } from './session-consensus.ts'

/** The consensus feeds of this process: one per session that somebody reads. */
export type ConsensusFeeds = {
  /** The session's consensus at once, then the latest after each change. Throws BAD_USER_INPUT if there is no such session. */
  subscribe(sessionId: Id<'LiveSession'>): Promise<AsyncGenerator<SessionConsensus, void, void>>
  close(): void
}

export function createConsensusFeeds(options: {
  readonly db: Db
  readonly events: EventLog
  readonly clock: Clock
  readonly log: Logger
}): ConsensusFeeds {
  const { db, ...deps } = options
  const feeds = new Map<Id<'LiveSession'>, ConsensusFeed>()

  const readSession = async (id: Id<'LiveSession'>) => {
    const [session] = await findSessions(db, [id], { withVotes: true })
    return session ?? null
  }

  return {
    subscribe(sessionId) {
      const known = feeds.get(sessionId)
      if (known) return known.subscribe()
      const feed = createConsensusFeed({ ...deps, sessionId, readSession, onClosed: () => feeds.delete(sessionId) })
      feeds.set(sessionId, feed)
      return feed.subscribe()
    },
    close() {
      for (const feed of [...feeds.values()]) feed.close()
    },
  }
}
