import { createAlarm } from '../alarm.ts'
import { isUnavailable } from '../errors.ts'
import type { EventFilter, LoggedEvent } from './event.ts'
import type { EventLog } from './log.ts'
import { LogMark } from './log-mark.ts'

/** Waits between attempts to read what an event is about while the database is away. */
const FIRST_BACKOFF_MS = 100
const MAX_BACKOFF_MS = 2_000
/** How often a reader that waits is told how far the log was looked through. */
const MARK_EVERY_MS = 60_000

/** Events that are read before the reader asks for them, so that what they are about is loaded together. */
const MAX_AHEAD = 64
/** What was read longer ago is read again: whether the viewer may see it is judged when it is delivered. */
const FRESH_MS = 100

/** What every payload of a LOG stream carries. */
export type EventPlace = {
  /** Dense from 1 within the event's stream. */
  readonly seq: number
  readonly at: Date
  /** Opaque and exclusive: `after` with it goes on with the next event. */
  readonly cursor: string
}

export const placeOf = ({ seq, at, cursor }: LoggedEvent): EventPlace => ({ seq: Number(seq), at, cursor })

/** An event that was asked for, once it is there, and what is made of it. */
type Asked<Payload> = { event: LoggedEvent | null; readAtMs: number; readonly payload: Promise<Payload | null | 'END'> }

/**
 * The source of a LOG subscription: what `read` makes of the matching events after `after` (null: from now on), in order.
 * While the stream catches up, `read` is called for several events at once; what it made longer ago than `FRESH_MS` is made
 * again before it is delivered. It gives null for an event that the viewer may not see, which is passed over, and `END`
 * where the stream is over; what it throws ends the stream with that error, except that it is asked again for the same event
 * while the database is UNAVAILABLE. What the stream begins with is a mark.
 *
 * Rejects at once for a cursor that cannot be read from, with the codes of `EventLog.read`; the same codes may come from
 * `next()` later. `return()` works while pending, which an `async function*` cannot do.
 */
export async function logStream<Payload>(options: {
  readonly events: EventLog
  readonly filter: EventFilter
  readonly after: string | null
  readonly signal?: AbortSignal | undefined
  readonly markEveryMs?: number
  readonly read: (event: LoggedEvent) => Promise<Payload | null | 'END'>
}): Promise<AsyncGenerator<Payload | LogMark, void, void>> {
  const { events, filter, read, signal } = options
  if (options.after !== null) await events.read({ after: options.after, types: [], limit: 1 })
  const start = options.after ?? (await events.head())
  const source = events.tail({ ...filter, after: start, signal })

  const done: IteratorResult<Payload | LogMark, void> = { value: undefined, done: true }
  const waiting: PromiseWithResolvers<IteratorResult<Payload | LogMark, void>>[] = []
  const closing = new AbortController()
  /** In the order of the log. */
  const ahead: Asked<Payload>[] = []
  let width = 1
  let isFilling = false
  let marked: string | null = null
  let isPumping = false

  const end = async () => {
    if (!closing.signal.aborted) {
      closing.abort()
      clearInterval(marking)
      signal?.removeEventListener('abort', onAbort)
      for (const reader of waiting.splice(0)) reader.resolve(done)
      await source.return()
    }
    return done
  }
  const onAbort = () => void end()

  const readPersistently = async (event: LoggedEvent) => {
    for (let failures = 0; ; failures++) {
      try {
        return await read(event)
      } catch (error) {
        if (closing.signal.aborted || !isUnavailable(error)) throw error
        await createAlarm().wait(Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.min(failures, 10)), closing.signal)
      }
    }
  }

  const ask = (): Asked<Payload> => {
    const asked: Asked<Payload> = {
      event: null,
      readAtMs: 0,
      payload: source.next().then(async ({ value: event }) => {
        if (!event) return 'END'
        asked.event = event
        fill()
        try {
          return await readPersistently(event)
        } finally {
          asked.readAtMs = performance.now()
        }
      }),
    }
    asked.payload.catch(() => {})
    return asked
  }

  /** Asks for more once half of it is used up, so that events are read in batches; for one at a time where none is there. */
  const fill = () => {
    if (ahead.length <= width / 2) isFilling = true
    else if (ahead.length >= width) isFilling = false
    if (isFilling && !closing.signal.aborted && ahead.at(-1)?.event !== null) ahead.push(ask())
  }

  /** What the reader gets of the first event. One that does not keep up gets no more than it asks for. */
  const judge = async (asked: Asked<Payload>) => {
    await asked.payload.catch(() => {})
    if (asked.event && performance.now() - asked.readAtMs > FRESH_MS) {
      width = 1
      return readPersistently(asked.event)
    }
    width = Math.min(2 * width, MAX_AHEAD)
    return asked.payload
  }

  /** Serves those who wait, one after the other. */
  const pump = async () => {
    if (isPumping) return
    isPumping = true
    while (waiting.length > 0) {
      try {
        fill()
        const [first] = ahead
        if (!first) break
        const payload = await judge(first)
        // Who waited may have been given a mark.
        if (waiting.length === 0) break
        ahead.shift()
        if (payload === 'END') await end()
        else if (payload !== null) waiting.shift()?.resolve({ value: payload, done: false })
      } catch (error) {
        const reader = waiting.shift()
        if (!reader) break
        reader.reject(error)
        await end()
      }
    }
    isPumping = false
  }

  const mark = () => {
    const cursor = source.reached()
    if (ahead[0]?.event || cursor === null || cursor === marked) return
    const reader = waiting.shift()
    if (!reader) return
    marked = cursor
    reader.resolve({ value: new LogMark(cursor), done: false })
  }
  const marking = setInterval(mark, options.markEveryMs ?? MARK_EVERY_MS).unref()

  if (signal?.aborted) onAbort()
  else signal?.addEventListener('abort', onAbort, { once: true })

  const stream: AsyncGenerator<Payload | LogMark, void, void> = {
    next() {
      if (closing.signal.aborted) return Promise.resolve(done)
      if (marked === null) {
        marked = start
        return Promise.resolve({ value: new LogMark(start), done: false })
      }
      const reader = Promise.withResolvers<IteratorResult<Payload | LogMark, void>>()
      waiting.push(reader)
      void pump()
      return reader.promise
    },
    return: end,
    throw: end,
    async [Symbol.asyncDispose]() {
      await end()
    },
    [Symbol.asyncIterator]() {
      return stream
    },
  }
  return stream
}
