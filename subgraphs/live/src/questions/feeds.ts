import type { Db } from '@planet/runtime/database'
import { QuestionsChanged } from '@planet/runtime/events/live'
import { createSessionFeeds, type FeedDeps, type SessionFeeds } from '../session-feeds.ts'
import { type BoardState, findBoard } from './db/question-board.ts'

/** The questions that somebody follows in this process, at most 2 values a second. */
export const createBoardFeeds = (db: Db, deps: FeedDeps): SessionFeeds<BoardState> =>
  createSessionFeeds(deps, { streamOf: QuestionsChanged.streamOf, intervalMs: 500, read: (id) => findBoard(db, id) })
