import { createAlarm } from './alarm.ts'
import { isUnavailable } from './errors.ts'
import type { EventFilter, EventLog, LoggedEvent } from './event-log.ts'

/** Waits between attempts to read what an event is about while the database is away. */
const FIRST_BACKOFF_MS = 100
const MAX_BACKOFF_MS = 2_000

/** What every payload of a LOG stream carries. */
export type EventPlace = {
  /** Dense from 1 within the event's stream. */
  readonly seq: number
  readonly at: Date
  /** Opaque and exclusive: `after` with it goes on with the next event. */
  readonly cursor: string
}

export const placeOf = ({ seq, at, cursor }: LoggedEvent): EventPlace => ({ seq: Number(seq), at, cursor })

/**
 * The source of a LOG subscription: what `read` makes of the matching events after `after` (null: from now on), in order
 * and one at a time, so what it checks holds when the event is delivered. `read` gives null for an event that the viewer
 * may not see, which is passed over, and `END` where the stream is over; what it throws ends the stream with that error,
 * except that it is asked again for the same event while the database is UNAVAILABLE.
 *
 * Rejects at once for a cursor that cannot be read from, with the codes of `EventLog.read`; the same codes may come from
 * `next()` later. `return()` works while pending, which an `async function*` cannot do.
 */
export async function logStream<Payload>(options: {
  readonly events: EventLog
  readonly filter: EventFilter
  readonly after: string | null
  readonly signal?: AbortSignal | undefined
  readonly read: (event: LoggedEvent) => Promise<Payload | null | 'END'>
}): Promise<AsyncGenerator<Payload, void, void>> {
  const { events, filter, read, signal } = options
  if (options.after !== null) await events.read({ after: options.after, types: [], limit: 1 })
  const source = events.tail({ ...filter, after: options.after ?? (await events.head()), signal })

  const done: IteratorResult<Payload, void> = { value: undefined, done: true }
  const waiting: PromiseWithResolvers<IteratorResult<Payload, void>>[] = []
  const closing = new AbortController()
  const alarm = createAlarm()
  let isPumping = false

  const end = async () => {
    if (!closing.signal.aborted) {
      closing.abort()
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
        await alarm.wait(Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.min(failures, 10)), closing.signal)
      }
    }
  }

  /** The next payload; null if the stream is over. */
  const pull = async (): Promise<{ readonly payload: Payload } | null> => {
    while (!closing.signal.aborted) {
      const { value: event } = await source.next()
      if (!event || closing.signal.aborted) return null
      const payload = await readPersistently(event)
      if (payload === 'END') return null
      if (payload !== null) return { payload }
    }
    return null
  }

  /** Serves those who wait, one after the other. */
  const pump = async () => {
    if (isPumping) return
    isPumping = true
    while (waiting.length > 0) {
      try {
        const pulled = await pull()
        if (pulled) waiting.shift()?.resolve({ value: pulled.payload, done: false })
        else await end()
      } catch (error) {
        waiting.shift()?.reject(error)
        await end()
      }
    }
    isPumping = false
  }

  if (signal?.aborted) onAbort()
  else signal?.addEventListener('abort', onAbort, { once: true })

  const stream: AsyncGenerator<Payload, void, void> = {
    next() {
      if (closing.signal.aborted) return Promise.resolve(done)
      const reader = Promise.withResolvers<IteratorResult<Payload, void>>()
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
