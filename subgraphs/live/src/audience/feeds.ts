import type { Db } from '@planet/runtime/database'
import { ViewersCounted } from '@planet/runtime/events/live'
import { createSessionFeeds, type FeedDeps, type SessionFeeds } from '../session-feeds.ts'
import { type AudienceState, findAudiences } from './db/audience.ts'

/** The audiences that somebody follows in this process, at most one value a second. */
export const createAudienceFeeds = (db: Db, deps: FeedDeps): SessionFeeds<AudienceState> =>
  createSessionFeeds(deps, {
    streamOf: ViewersCounted.streamOf,
    intervalMs: 1_000,
    read: async (id) => (await findAudiences(db, [id]))[0] ?? null,
  })
