import type { Db } from '@planet/runtime/database'
import { createSessionFeeds, type FeedDeps, type SessionFeeds } from '../session-feeds.ts'
import { type AudienceState, findAudiences } from './db/audience.ts'
import { audienceStream } from './events.ts'

/** The audiences that somebody follows in this process, at most one value a second. */
export const createAudienceFeeds = (db: Db, deps: FeedDeps): SessionFeeds<AudienceState> =>
  createSessionFeeds(deps, {
    streamOf: audienceStream,
    intervalMs: 1_000,
    read: async (id) => (await findAudiences(db, [id]))[0] ?? null,
  })
