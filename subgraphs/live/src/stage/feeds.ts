import type { Db } from '@planet/runtime/database'
import { StageChanged } from '@planet/runtime/events/live'
import { createSessionFeeds, type FeedDeps, type SessionFeeds } from '../session-feeds.ts'
import { findStages, type StageState } from './db/stage.ts'

/** The stages that somebody follows in this process, at most 5 values a second. */
export const createStageFeeds = (db: Db, deps: FeedDeps): SessionFeeds<StageState> =>
  createSessionFeeds(deps, {
    streamOf: StageChanged.streamOf,
    intervalMs: 200,
    read: async (id) => (await findStages(db, [id]))[0] ?? null,
  })
