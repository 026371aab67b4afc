import type postgres from 'postgres'
import { createAlarm } from '../alarm.ts'
import type { Logger } from '../log.ts'
import { isCursorError, type Position } from './cursor.ts'
import type { LoggedEvent } from './event.ts'
import { openListener } from './listener.ts'
import { type PositionedPage, readEventPage, readExtent } from './page.ts'
import { createEventRing } from './ring.ts'

/** Follows the log for everyone in this process: one connection that listens, one reader, one ring. */
export type EventTailer = {
  /** The newest position seen; null before the first look at the log. Starts the tailer. */
  newest(): Position | null
  /** See `EventRing.take`. */
  take(position: Position, matches: (event: LoggedEvent) => boolean, limit: number): PositionedPage | null
  /** Calls `listener` whenever the newest position has changed; returns how to stop. Starts the tailer. */
  onChange(listener: () => void): () => void
  close(): Promise<void>
}

/** A notification is only a hint: without one the log is looked at this often, in milliseconds. */
const POLL_MS = 1_000
const FIRST_BACKOFF_MS = 25
const MAX_BACKOFF_MS = 1_000
const PAGE = 1_000

export function createEventTailer(sql: postgres.Sql, log: Logger, ringSize: number): EventTailer {
  const ring = createEventRing(ringSize)
  const alarm = createAlarm()
  const stop = new AbortController()
  const listeners = new Set<() => void>()
  let listener: { close(): Promise<void> } | null = null
  let running: Promise<void> | null = null

  const changed = () => {
    // A listener may stop and start listening while it is told; it must be told once.
    for (const tell of Array.from(listeners)) tell()
  }

  const listen = async () => {
    let isOpen = true
    const opened = await openListener(sql, 'event_log', {
      notify: () => alarm.ring(),
      close() {
        isOpen = false
        listener = null
        alarm.ring()
      },
    })
    if (isOpen) listener = opened
  }

  /** Reads everything that is new. Without a position of its own, or in another history, begins at the head. */
  const catchUp = async () => {
    const from = ring.newest()
    if (!from) {
      const extent = await readExtent(sql)
      ring.reset({ epoch: extent.epoch, pos: extent.head })
      return changed()
    }
    const page = await readEventPage(sql, from, {}, PAGE)
    ring.push(page.events)
    if (page.events.length > 0) changed()
    if (page.events.length === PAGE) alarm.ring()
  }

  const run = async () => {
    let failures = 0
    while (!stop.signal.aborted) {
      let pauseMs = POLL_MS
      try {
        await catchUp()
        if (!listener) {
          await listen()
          // What was positioned before the database knew of the listener was told to nobody.
          await catchUp()
        }
        failures = 0
      } catch (error) {
        failures++
        if (isCursorError(error)) {
          log.error({ err: error }, 'the history of the event log has changed; readers are told')
          const extent = await readExtent(sql).catch(() => null)
          if (extent) ring.reset({ epoch: extent.epoch, pos: extent.head })
          changed()
        } else if (!stop.signal.aborted) {
          log.warn({ err: error, failures }, 'the event log cannot be followed; trying again')
        }
        pauseMs = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.min(failures, 10))
      }
      await alarm.wait(pauseMs, stop.signal)
    }
  }

  const start = () => {
    if (!stop.signal.aborted) running ??= run()
  }

  return {
    newest() {
      start()
      return ring.newest()
    },
    take: (position, matches, limit) => ring.take(position, matches, limit),
    onChange(tell) {
      start()
      listeners.add(tell)
      return () => listeners.delete(tell)
    },
    async close() {
      stop.abort()
      await running
      await listener?.close()
      listeners.clear()
    },
  }
}
