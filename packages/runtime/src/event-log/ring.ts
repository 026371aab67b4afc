import type { Position } from './cursor.ts'
import type { LoggedEvent } from './event.ts'
import type { PositionedPage } from './page.ts'

/** The newest events of the log in memory, without a hole. Cheap to read for any number of readers. */
export type EventRing = {
  /** The newest position the ring knows; null before the first `reset`. */
  newest(): Position | null
  /** Forgets everything and goes on after `position`. */
  reset(position: Position): void
  /** `events` must follow the newest position without a hole. */
  push(events: readonly LoggedEvent[]): void
  /** The matching events after `position`, at most `limit`; null when it is behind the ring, ahead of it or of another epoch. */
  take(position: Position, matches: (event: LoggedEvent) => boolean, limit: number): PositionedPage | null
}

/** `capacity` is a number of events. */
export function createEventRing(capacity: number): EventRing {
  const slots: LoggedEvent[] = []
  let newest: Position | null = null
  let count = 0
  const slotOf = (pos: bigint) => Number(pos % BigInt(capacity))
  return {
    newest: () => newest,
    reset(position) {
      slots.length = 0
      count = 0
      newest = position
    },
    push(events) {
      for (const event of events) {
        if (!newest || event.pos !== newest.pos + 1n) throw new Error(`event ${event.pos} does not follow ${newest?.pos}`)
        slots[slotOf(event.pos)] = event
        newest = { epoch: newest.epoch, pos: event.pos }
        count = Math.min(count + 1, capacity)
      }
    },
    take(position, matches, limit) {
      if (!newest || position.epoch !== newest.epoch || position.pos > newest.pos) return null
      const behind = Number(newest.pos - position.pos)
      if (behind > count) return null
      const events: LoggedEvent[] = []
      let slot = slotOf(position.pos)
      for (let seen = 0; seen < behind; seen++) {
        slot = slot + 1 === capacity ? 0 : slot + 1
        const event = slots[slot]
        if (!event || !matches(event)) continue
        events.push(event)
        if (events.length === limit) return { events, end: { epoch: newest.epoch, pos: event.pos } }
      }
      return { events, end: newest }
    },
  }
}
