import type { Database } from '../database.ts'
import { type Logger, silentLog } from '../log.ts'
import { createArchiveReader } from './archive-reader.ts'
import { formatCursor, type Position, parseCursor } from './cursor.ts'
import type { EventFilter, EventPage, EventTail, LoggedEvent } from './event.ts'
import { readEventPage, readExtent, readFactPage, untilPositioned } from './page.ts'
import { createTail } from './tail.ts'
import { createEventTailer } from './tailer.ts'

export type EventLog = {
  /** The cursor after everything that is positioned now. */
  head(): Promise<string>
  /** The first cursor that a client can still read from. */
  oldest(): Promise<string>
  /** The cursor before the first fact there ever was. */
  origin(): Promise<string>
  /** The newest position that this process knows of; null before it knows any. */
  newest(): Position | null
  /**
   * The matching events after `after` (null: after `oldest`), oldest first, at most `limit`. A page may end before the
   * head; go on from `next`. Throws CURSOR_INVALID, CURSOR_FUTURE, CURSOR_EPOCH_CHANGED, or CURSOR_EXPIRED with `oldest`.
   */
  read(options: EventFilter & { readonly after: string | null; readonly limit: number }): Promise<EventPage>
  /**
   * The facts of `types` after `after`, however old, oldest first, at most `limit`, also those that were put away. Go on from
   * `next`. Throws CURSOR_INVALID, CURSOR_FUTURE, CURSOR_EPOCH_CHANGED, or an `EventLogFault` of the archive.
   */
  readFacts(options: { readonly after: string; readonly types: readonly string[]; readonly limit: number }): Promise<EventPage>
  /**
   * The matching events after `after`, for ever: nothing missing, nothing twice, per stream in order of `seq`. Null means
   * from now: give `await head()` where "now" has to be exact. Ends at `return()`, also while pending, and when `signal`
   * aborts; `next()` rejects with the cursor codes of `read`, and then the tail is over.
   */
  tail(options: EventFilter & { readonly after: string | null; readonly signal?: AbortSignal | undefined }): EventTail
  /** Resolves once this process knows of an event after `after`, when `signal` aborts, or after `limitMs` milliseconds. */
  changed(after: string, signal: AbortSignal, limitMs?: number): Promise<void>
  /** Waits until everything committed before the call is positioned; the head after that. */
  settled(): Promise<string>
  close(): Promise<void>
}

/**
 * Opens the log of `database` for reading; one per process is enough. Its transport is the one Postgres that also holds
 * it: another transport takes the place of the tailer, cursors stay. `ringSize` is the number of newest events kept in memory,
 * `archive` the folder of facts that were put away.
 */
export function createEventLog(
  database: Database,
  options: { readonly log?: Logger; readonly ringSize?: number; readonly archive?: string | null } = {},
): EventLog {
  const { sql } = database
  const tailer = createEventTailer(sql, options.log ?? silentLog, options.ringSize ?? 4_096)
  const archive = createArchiveReader(sql, options.archive ?? null)

  /** What the ring has after `position`; null where only the table can say, also that there is nothing: the ring may be late. */
  const fromRing = (position: Position, filter: EventFilter, limit: number) => {
    const page = tailer.take(position, matcher(filter), limit)
    return page && page.end.pos > position.pos ? page : null
  }

  const extentCursor = async (end: 'head' | 'oldest') => {
    const extent = await readExtent(sql)
    return formatCursor({ epoch: extent.epoch, pos: extent[end] })
  }

  return {
    head: () => extentCursor('head'),
    oldest: () => extentCursor('oldest'),
    async origin() {
      const { epoch } = await readExtent(sql)
      return formatCursor({ epoch, pos: 0n })
    },
    newest: () => tailer.newest(),
    async read({ after, limit, ...filter }) {
      const position = parseCursor(after ?? (await extentCursor('oldest')))
      const page = fromRing(position, filter, limit) ?? (await readEventPage(sql, position, filter, limit))
      return { events: page.events, next: formatCursor(page.end) }
    },
    async readFacts({ after, types, limit }) {
      const position = parseCursor(after)
      const page =
        fromRing(position, { types }, limit) ??
        (await readFactPage(sql, position, types, limit)) ??
        (await archive.read(position, types, limit))
      return { events: page.events, next: formatCursor(page.end) }
    },
    tail({ after, signal, ...filter }) {
      const readPage = (position: Position, limit: number) => readEventPage(sql, position, filter, limit)
      return createTail({ tailer, readPage, matches: matcher(filter), after, signal })
    },
    async changed(after, signal, limitMs) {
      const position = parseCursor(after)
      const isPast = () => {
        const newest = tailer.newest()
        return newest !== null && (newest.epoch !== position.epoch || newest.pos > position.pos)
      }
      if (signal.aborted || isPast()) return
      await new Promise<void>((resolve) => {
        const done = () => {
          clearTimeout(timer)
          stopListening()
          signal.removeEventListener('abort', done)
          resolve()
        }
        const stopListening = tailer.onChange(() => {
          if (isPast()) done()
        })
        const timer = limitMs === undefined ? undefined : setTimeout(done, limitMs)
        signal.addEventListener('abort', done, { once: true })
      })
    },
    async settled() {
      await untilPositioned(sql)
      return extentCursor('head')
    },
    async close() {
      await tailer.close()
      archive.close()
    },
  }
}

function matcher(filter: EventFilter): (event: LoggedEvent) => boolean {
  const streams = filter.streams && new Set(filter.streams)
  const types = filter.types && new Set(filter.types)
  return (event) => (!streams || streams.has(event.stream)) && (!types || types.has(event.type))
}
