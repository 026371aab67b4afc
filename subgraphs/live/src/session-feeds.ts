import type { Clock } from '@planet/runtime/clock'
import type { EventLog } from '@planet/runtime/event-log/log'
import type { Id } from '@planet/runtime/ids'
import type { Logger } from '@planet/runtime/log'
import { createStateFeed, createStateFeeds, type Sequenced, type StateFeeds } from './state-feed.ts'

/** What feeds are made of. */
export type FeedDeps = { readonly events: EventLog; readonly clock: Clock; readonly log: Logger }

/** A value of each session that somebody follows in this process. */
export type SessionFeeds<Value> = StateFeeds<Id<'LiveSession'>, Value>

/** Feeds of a value that has a stream of its own, in which the end of its session is a change too. */
export const createSessionFeeds = <Value extends Sequenced & { readonly isOver: boolean }>(
  deps: FeedDeps,
  feed: {
    readonly streamOf: (key: { readonly sessionId: Id<'LiveSession'> }) => string
    /** Least time between two values, in milliseconds of the machine. */
    readonly intervalMs: number
    /** Null if there is no such session. */
    readonly read: (sessionId: Id<'LiveSession'>) => Promise<Value | null>
  },
): SessionFeeds<Value> =>
  createStateFeeds((sessionId, onClosed) => {
    const stream = feed.streamOf({ sessionId })
    return createStateFeed<Value>({
      ...deps,
      onClosed,
      what: { stream },
      filter: { streams: [stream] },
      intervalMs: feed.intervalMs,
      read: () => feed.read(sessionId),
      isOver: (value) => value.isOver,
    })
  })
