import type { Id } from '@planet/runtime/ids'
import type { InputFault } from '@planet/runtime/refusals'
import { countCharacters, isStorableText } from '@planet/runtime/stored-text'

const MINUTE_MS = 60_000

/** How often a client is asked for a heartbeat of each device, and how often one counts. */
export const HEARTBEAT_MS = 30_000
/** Whoever did nothing for longer than this is not active. */
const MAX_IDLE_MS = 60_000
const MAX_DEVICE_ID = 64

/** A sign that a user has the product open on one device. */
export type Heartbeat = {
  readonly userId: Id<'User'>
  readonly at: Date
  /** Whether nothing was done on the device since the heartbeat before. */
  readonly isIdle: boolean
}

/** What was heard of a user in a minute, on all devices together; of the two instants at least one is not null. */
export type HeardMinute = {
  readonly userId: Id<'User'>
  /** When it begins. */
  readonly minute: Date
  /** Of the last heartbeat that was not idle. */
  readonly lastActiveAt: Date | null
  /** Of the first one that was. */
  readonly firstIdleAt: Date | null
}

/** Which minutes of one user, whose `heard` are in order, count as active: something was done in it, or at most 60 seconds before it. */
export function activeMinutes(heard: readonly HeardMinute[]): Date[] {
  const active: Date[] = []
  let lastActiveAt: Date | null = null
  for (const one of heard) {
    const isStillActive =
      lastActiveAt !== null && one.firstIdleAt !== null && one.firstIdleAt.getTime() - lastActiveAt.getTime() <= MAX_IDLE_MS
    if (one.lastActiveAt !== null || isStillActive) active.push(one.minute)
    lastActiveAt = one.lastActiveAt ?? lastActiveAt
  }
  return active
}

/** The minute that a heartbeat falls into, with what it says alone. */
export function minuteOf({ userId, at, isIdle }: Heartbeat): HeardMinute {
  const minute = new Date(Math.floor(at.getTime() / MINUTE_MS) * MINUTE_MS)
  return { userId, minute, lastActiveAt: isIdle ? null : at, firstIdleAt: isIdle ? at : null }
}

/** What two say of the same minute; neither order nor repeats matter. */
export function mergeMinutes(one: HeardMinute, other: HeardMinute): HeardMinute {
  const active = [one.lastActiveAt, other.lastActiveAt].filter((at) => at !== null).sort(byTime)
  const idle = [one.firstIdleAt, other.firstIdleAt].filter((at) => at !== null).sort(byTime)
  return { ...one, lastActiveAt: active.at(-1) ?? null, firstIdleAt: idle[0] ?? null }
}

const byTime = (a: Date, b: Date) => a.getTime() - b.getTime()

/** Which half minute it is: of each device one heartbeat counts in it. */
export const halfMinuteOf = (at: Date): number => Math.floor(at.getTime() / HEARTBEAT_MS)

/** The faults of a heartbeat; empty if it may count. */
export function findHeartbeatFaults({ deviceId }: { readonly deviceId: string }): InputFault[] {
  const length = countCharacters(deviceId)
  if (length >= 1 && length <= MAX_DEVICE_ID && isStorableText(deviceId)) return []
  return [{ field: 'deviceId', message: `Must be 1 to ${MAX_DEVICE_ID} characters long.` }]
}
