import { sql } from 'drizzle-orm'
import type { Database, Tx } from '../database.ts'
import { type Logger, silentLog } from '../log.ts'
import { formatCursor, parseCursor } from './cursor.ts'
import type { EventFilter, EventPage, EventTail, LoggedEvent, NewEvent } from './event.ts'
import { readEventPage, readExtent, untilPositioned } from './page.ts'
import { createTail } from './tail.ts'
import { createEventTailer } from './tailer.ts'

export type { EventFilter, LoggedEvent } from './event.ts'

export type EventLog = {
  /** The cursor after everything that is positioned now. */
  head(): Promise<string>
  /** The first cursor that can still be read from. */
  oldest(): Promise<string>
  /**
   * The matching events after `after` (null: after `oldest`), oldest first, at most `limit`. A page may end before the
   * head; go on from `next`. Throws CURSOR_INVALID, CURSOR_FUTURE, CURSOR_EPOCH_CHANGED, or CURSOR_EXPIRED with `oldest`.
   */
  read(options: EventFilter & { readonly after: string | null; readonly limit: number }): Promise<EventPage>
  /**
   * The matching events after `after`, for ever: nothing missing, nothing twice, per stream in order of `seq`. Null means
   * from now: give `await head()` where "now" has to be exact. Ends at `return()`, also while pending, and when `signal`
   * aborts; `next()` rejects with the cursor codes of `read`, and then the tail is over.
   */
  tail(options: EventFilter & { readonly after: string | null; readonly signal?: AbortSignal | undefined }): EventTail
  /** Resolves once this process knows of an event after `after`, when `signal` aborts, or after `limitMs` milliseconds. */
  changed(after: string, signal: AbortSignal, limitMs?: number): Promise<void>
  /**
   * Keeps what comes after `cursor`, however old it gets, until the same consumer holds on to another place. After the call
   * nothing expires any more that is there.
   */
  hold(consumer: string, cursor: string): Promise<void>
  /** Waits until everything committed before the call is positioned; the head after that. */
  settled(): Promise<string>
  close(): Promise<void>
}

/**
 * Appends an event: it exists exactly if `tx` commits. Locks the stream until then, so emit late, and to several streams
 * in one order everywhere.
 */
export async function emit(tx: Tx, event: NewEvent): Promise<void> {
  const { stream, type, payload, at } = event
  await tx.execute(
    sql`select event_log.append(${stream}, ${type}, ${JSON.stringify(payload)}::text::jsonb, ${at.toISOString()}::text::timestamptz)`,
  )
}

/**
 * Opens the log of `database` for reading; one per process is enough. Its transport is the one Postgres that also holds
 * it: another transport takes the place of the tailer, cursors stay. `ringSize` is the number of newest events kept in memory.
 */
export function createEventLog(
  database: Database,
  options: { readonly log?: Logger; readonly ringSize?: number } = {},
): EventLog {
  const { sql } = database
  const tailer = createEventTailer(sql, options.log ?? silentLog, options.ringSize ?? 4_096)

  const extentCursor = async (end: 'head' | 'oldest') => {
    const extent = await readExtent(sql)
    return formatCursor({ epoch: extent.epoch, pos: extent[end] })
  }

  return {
    head: () => extentCursor('head'),
    oldest: () => extentCursor('oldest'),
    async read({ after, limit, ...filter }) {
      const position = parseCursor(after ?? (await extentCursor('oldest')))
      const fromRing = tailer.take(position, matcher(filter), limit)
      // The ring may not know the newest events yet, so only the table can say that there are none.
      const page = fromRing && fromRing.end.pos > position.pos ? fromRing : await readEventPage(sql, position, filter, limit)
      return { events: page.events, next: formatCursor(page.end) }
    },
    tail({ after, signal, ...filter }) {
      const readPage = (position: Parameters<typeof readEventPage>[1], limit: number) =>
        readEventPage(sql, position, filter, limit)
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
    async hold(consumer, cursor) {
      await sql`select event_log.hold(${consumer}, ${parseCursor(cursor).pos.toString()}::bigint)`
    },
    async settled() {
      await untilPositioned(sql)
      return extentCursor('head')
    },
    close: () => tailer.close(),
  }
}

function matcher(filter: EventFilter): (event: LoggedEvent) => boolean {
  const streams = filter.streams && new Set(filter.streams)
  const types = filter.types && new Set(filter.types)
  return (event) => (!streams || streams.has(event.stream)) && (!types || types.has(event.type))
}
