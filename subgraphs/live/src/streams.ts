import type { Clock } from '@planet/runtime/clock'
import type { Db } from '@planet/runtime/database'
import type { EventLog } from '@planet/runtime/event-log/log'
import type { Id } from '@planet/runtime/ids'
import type { Logger } from '@planet/runtime/log'
import { type AudienceState, findAudiences } from './audience/db/audience.ts'
import { audienceStream } from './audience/events.ts'
import { type BoardState, findBoard } from './questions/db/question-board.ts'
import { questionStream } from './questions/events.ts'
import { findStages, type StageState } from './stage/db/stage.ts'
import { stageStream } from './stage/events.ts'
import { createStateFeed, createStateFeeds, type Sequenced, type StateFeeds } from './state-feed.ts'
import { type ConsensusFeeds, createConsensusFeeds } from './voting/consensus-feeds.ts'
import type { Rooms } from './voting/rooms.ts'

type SessionId = Id<'LiveSession'>

/** What the subscriptions of this process read from. */
export type Streams = {
  readonly events: EventLog
  readonly consensus: ConsensusFeeds
  readonly stage: StateFeeds<SessionId, StageState>
  readonly questions: StateFeeds<SessionId, BoardState>
  readonly viewers: StateFeeds<SessionId, AudienceState>
  close(): void
}

/** Least time between two values of a kind, in milliseconds of the machine. */
const STAGE_MS = 200
const QUESTIONS_MS = 500
const VIEWERS_MS = 1_000

export function createStreams(options: {
  readonly db: Db
  readonly rooms: Rooms
  readonly events: EventLog
  readonly clock: Clock
  readonly log: Logger
}): Streams {
  const { db, rooms, ...deps } = options

  /** The end of a session is a change of each of these too, in their own stream. */
  const feedsOf = <Value extends Sequenced & { readonly isOver: boolean }>(
    streamOf: (sessionId: SessionId) => string,
    intervalMs: number,
    read: (sessionId: SessionId) => Promise<Value | null>,
  ): StateFeeds<SessionId, Value> =>
    createStateFeeds((sessionId, onClosed) =>
      createStateFeed<Value>({
        ...deps,
        onClosed,
        what: { stream: streamOf(sessionId) },
        filter: { streams: [streamOf(sessionId)] },
        intervalMs,
        read: () => read(sessionId),
        isOver: (value) => value.isOver,
      }),
    )

  const consensus = createConsensusFeeds({ ...deps, rooms })
  const stage = feedsOf(stageStream, STAGE_MS, async (id) => (await findStages(db, [id]))[0] ?? null)
  const questions = feedsOf(questionStream, QUESTIONS_MS, (id) => findBoard(db, id))
  const viewers = feedsOf(audienceStream, VIEWERS_MS, async (id) => (await findAudiences(db, [id]))[0] ?? null)

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
