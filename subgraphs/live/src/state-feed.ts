import type { Clock } from '@planet/runtime/clock'
import { codedError } from '@planet/runtime/errors'
import type { EventFilter } from '@planet/runtime/event-log/event'
import type { EventLog } from '@planet/runtime/event-log/log'
import type { Logger } from '@planet/runtime/log'
import { createLatest } from './latest.ts'
import { createPace } from './pace.ts'

/** A value of which every change has a greater `seq`. */
export type Sequenced = { readonly seq: number }

/** One value that changes, for all its subscribers in this process, read once per change. */
export type StateFeed<Value> = {
  /** The value at once, then the latest after changes. Throws BAD_USER_INPUT if there is no such value. */
  subscribe(): Promise<AsyncGenerator<Value, void, void>>
  close(): void
}

/** A change that is no event, because only the platform's clock tells. */
export type TimedChange<Value> = {
  /** Whether `value` is going to change by the clock alone. */
  isPending(value: Value): boolean
  /** Whether it has. */
  isDue(value: Value): boolean
}

/** How often the platform's clock, which may run faster than the machine's, is asked about a timed change. */
const LOOK_MS = 100
const RETRY_MS = 500

/**
 * Follows the event log, so that it does not matter which replica made a change. An event only says that something has
 * changed: the value is always read anew, at most once per interval. Gives everything up once nobody reads or it is over.
 */
export function createStateFeed<Value extends Sequenced>(options: {
  /** What the value is, for the log. */
  readonly what: object
  /** The events after which the value is read again. */
  readonly filter: EventFilter
  /** Null if there is no such value. */
  readonly read: () => Promise<Value | null>
  /** Whether it will never change again. */
  readonly isOver: (value: Value) => boolean
  readonly timed?: TimedChange<Value>
  /** Least time between two values, in milliseconds of the machine. */
  readonly intervalMs: number
  readonly events: EventLog
  readonly clock: Clock
  readonly log: Logger
  /** Called once, when the feed can no longer be subscribed to. */
  readonly onClosed: () => void
}): StateFeed<Value> {
  const { what, filter, read, isOver, timed, events, clock, log, onClosed } = options
  const stop = new AbortController()
  const timers = new Set<NodeJS.Timeout>()
  const latest = createLatest<Value>(() => closeIfUnread())
  const pace = createPace(() => refresh(), options.intervalMs)
  let shown: Value | null = null
  let joiningCount = 0

  const close = (error?: unknown) => {
    if (stop.signal.aborted) return
    stop.abort()
    pace.stop()
    stopListening()
    for (const timer of timers) clearTimeout(timer)
    latest.end(error)
    onClosed()
  }

  const closeIfUnread = () => {
    if (latest.readerCount === 0 && joiningCount === 0) close()
  }

  const show = (value: Value) => {
    const isNews = shown === null || value.seq > shown.seq
    shown = value
    if (isNews) latest.publish(value)
    else latest.set(value)
    if (isOver(value)) close()
    else awaitTimed()
  }

  const refresh = async () => {
    try {
      const value = await read()
      if (value && !stop.signal.aborted) show(value)
    } catch (error) {
      if (stop.signal.aborted) return
      log.warn({ err: error, ...what }, 'a state could not be read; trying again')
      later(() => pace.request(), RETRY_MS)
    }
  }

  const later = (work: () => void, ms: number) => {
    const timer = setTimeout(() => {
      timers.delete(timer)
      work()
    }, ms)
    timers.add(timer)
  }

  const isTimedPending = () => shown !== null && timed !== undefined && timed.isPending(shown)
  const isTimedDue = () => shown !== null && isTimedPending() && timed?.isDue(shown) === true
  const look = () => {
    if (isTimedDue()) pace.request()
    else awaitTimed()
  }
  const awaitTimed = () => {
    if (isTimedPending() && timers.size === 0) later(look, LOOK_MS)
  }
  const stopListening = clock.onAdvance(() => {
    if (isTimedDue()) pace.request()
  })

  const follow = async (after: string) => {
    try {
      for await (const _ of events.tail({ ...filter, after, signal: stop.signal })) pace.request()
    } catch (error) {
      close(error)
    }
  }

  const open = async () => {
    try {
      // What commits after the value is read is positioned after this head.
      const head = await events.head()
      const value = await read()
      if (!value) throw codedError('BAD_USER_INPUT', 'No such session.')
      if (stop.signal.aborted) return
      show(value)
      if (!stop.signal.aborted) void follow(head)
    } catch (error) {
      close(error)
      throw error
    }
  }
  const opened = open()
  // Whoever subscribes is told.
  opened.catch(() => {})

  return {
    async subscribe() {
      joiningCount++
      try {
        await opened
        return latest.read()
      } finally {
        joiningCount--
      }
    },
    close: () => close(),
  }
}

/** The feeds of one kind in this process: one per session that somebody reads. */
export type StateFeeds<Key, Value> = {
  /** See `StateFeed.subscribe`. */
  subscribe(key: Key): Promise<AsyncGenerator<Value, void, void>>
  close(): void
}

export function createStateFeeds<Key, Value>(open: (key: Key, onClosed: () => void) => StateFeed<Value>): StateFeeds<Key, Value> {
  const feeds = new Map<Key, StateFeed<Value>>()
  return {
    subscribe(key) {
      const known = feeds.get(key)
      if (known) return known.subscribe()
      const feed = open(key, () => feeds.delete(key))
      feeds.set(key, feed)
      return feed.subscribe()
    },
    close() {
      for (const feed of [...feeds.values()]) feed.close()
    },
  }
}
