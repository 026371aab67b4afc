import type { Db } from '@planet/runtime/database'
import type { EventLog } from '@planet/runtime/event-log/log'
import type { AudienceState } from './audience/db/audience.ts'
import { createAudienceFeeds } from './audience/feeds.ts'
import type { BoardState } from './questions/db/question-board.ts'
import { createBoardFeeds } from './questions/feeds.ts'
import type { FeedDeps, SessionFeeds } from './session-feeds.ts'
import type { StageState } from './stage/db/stage.ts'
import { createStageFeeds } from './stage/feeds.ts'
import { createConsensusFeeds } from './voting/consensus-feeds.ts'
import type { Rooms, SessionConsensus } from './voting/rooms.ts'

/** What the subscriptions of this process read from. */
export type Streams = {
  readonly events: EventLog
  readonly consensus: SessionFeeds<SessionConsensus>
  readonly stage: SessionFeeds<StageState>
  readonly questions: SessionFeeds<BoardState>
  readonly viewers: SessionFeeds<AudienceState>
  close(): void
}

export function createStreams(options: FeedDeps & { readonly db: Db; readonly rooms: Rooms }): Streams {
  const { db, rooms, ...deps } = options
  const consensus = createConsensusFeeds(rooms, deps)
  const stage = createStageFeeds(db, deps)
  const questions = createBoardFeeds(db, deps)
  const viewers = createAudienceFeeds(db, deps)
  return {
    events: deps.events,
    consensus,
    stage,
    questions,
    viewers,
    close() {
      for (const feeds of [consensus, stage, questions, viewers]) feeds.close()
    },
  }
}
