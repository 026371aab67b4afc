import { codedError } from '@planet/runtime/errors'
import type { Operation } from '../admission/admission.ts'
import { type Frame, frameOfErrors } from './frame.ts'
import type { Delivery } from './rules.ts'
import type { Subscriber } from './subscriber.ts'

/** Events that a group keeps, so that whoever comes back soon goes on from there; a group of one hardly needs any. */
const KEPT_FRAMES = 64
const KEPT_FRAMES_OF_ONE = 8
const KEPT_BYTES = 256 * 1024

/** One subscriber of a group. */
export type Member = {
  readonly subscriber: Subscriber
  /** As it was asked for, which may look different for each. */
  readonly operation: Operation
  /** Ends the subscription, after `last` if there is a reason. */
  end(last: Frame | null): void
}

/** Subscribers who get the same events: each is executed and written once for all of them. */
export type Group = {
  readonly members: ReadonlySet<Member>
  /** Where a LOG goes on after everything that was delivered; null until its stream has begun. */
  readonly cursor: () => string | null
  /** Whether every event that was delivered after `cursor` is at hand. */
  readonly has: (cursor: string) => boolean
  /** Gives first what the group keeps after `after`; without one, a STATE's present value. */
  join(member: Member, after: string | null): void
  leave(member: Member): void
  deliver(frames: readonly Frame[]): void
  /** There is nothing more to deliver up to `cursor`. */
  reach(cursor: string): void
  /** `lastFor` says why, in terms of what a member asked for; null if there is no reason. */
  end(lastFor: ((operation: Operation) => Frame) | null): void
}

export function createGroup(options: {
  readonly delivery: Delivery
  readonly after: string | null
  /** A member could not take an event. */
  readonly onSlow: () => void
}): Group {
  const isLatestOnly = options.delivery === 'STATE'
  const members = new Set<Member>()
  const kept = new Map<string, Frame>()
  let keptBytes = 0
  let cursor = options.after
  let latest: Frame | null = null

  const keep = (frame: Frame) => {
    if (isLatestOnly) latest = frame
    if (frame.cursor === null) return
    kept.set(frame.cursor, frame)
    keptBytes += frame.tail.length
    const most = members.size > 1 ? KEPT_FRAMES : KEPT_FRAMES_OF_ONE
    for (const [oldest, { tail }] of kept) {
      if (kept.size <= most && keptBytes <= KEPT_BYTES) return
      kept.delete(oldest)
      keptBytes -= tail.length
    }
  }

  /** Gives events in order; a member that cannot take one is told where to go on. */
  const give = (member: Member, frames: readonly Frame[], before: string | null) => {
    const { subscriber } = member
    let position = before
    if (frames.length > 1) subscriber.hold()
    for (const frame of frames) {
      if (!subscriber.take(frame, isLatestOnly)) {
        members.delete(member)
        member.end(tooSlow(position))
        options.onSlow()
        break
      }
      position = frame.cursor ?? position
    }
    if (frames.length > 1) subscriber.release()
  }

  return {
    members,
    cursor: () => cursor,
    has: (asked) => asked === cursor || kept.has(asked),
    join(member, after) {
      members.add(member)
      if (latest) give(member, [latest], null)
      if (after === null || after === cursor) return
      const frames = [...kept.values()]
      give(member, frames.slice(frames.findIndex((frame) => frame.cursor === after) + 1), after)
    },
    leave: (member) => void members.delete(member),
    deliver(frames) {
      const before = cursor
      for (const frame of frames) {
        keep(frame)
        cursor = frame.cursor ?? cursor
      }
      for (const member of members) give(member, frames, before)
    },
    reach(reached) {
      cursor = reached
    },
    end(lastFor) {
      const left = [...members]
      members.clear()
      for (const member of left) member.end(lastFor?.(member.operation) ?? null)
    },
  }
}

const tooSlow = (cursor: string | null): Frame =>
  frameOfErrors([
    codedError('SLOW_CONSUMER', 'Events came faster than they were read. Subscribe again, after `cursor`.', { cursor }),
  ])
