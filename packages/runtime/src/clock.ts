/** The time of the platform. Nothing else asks the machine for the business time: the sandbox replays a market. */
export type Clock = {
  now(): Date
  /** Calls `listener` after the clock was moved by hand; a running clock does not call. Returns how to stop listening. */
  onAdvance(listener: () => void): () => void
}

export const wallClock: Clock = { now: () => new Date(), onAdvance: () => () => {} }

export type ReplayClock = Clock & {
  /** Moves to `to`, which must not be earlier than now, and tells the listeners. Time stands still until `run`. */
  advance(to: Date): void
  /** From now on a second of the machine is `speed` seconds of the market, up to `until`. */
  run(speed: number, until: Date): void
}

/** A clock that replays a past market, starting still at `start`. `machineNow` is in milliseconds. */
export function createReplayClock(start: Date, machineNow: () => number = Date.now): ReplayClock {
  let anchor = start.getTime()
  let machineAnchor = machineNow()
  let speed = 0
  let end = Number.POSITIVE_INFINITY
  const listeners = new Set<() => void>()
  const now = () => Math.min(end, anchor + (machineNow() - machineAnchor) * speed)
  return {
    now: () => new Date(now()),
    advance(to) {
      if (to.getTime() < now()) throw new Error(`the clock stands at ${new Date(now()).toISOString()}, after ${to.toISOString()}`)
      anchor = to.getTime()
      machineAnchor = machineNow()
      speed = 0
      end = Number.POSITIVE_INFINITY
      for (const listener of listeners) listener()
    },
    run(newSpeed, until) {
      anchor = now()
      machineAnchor = machineNow()
      speed = newSpeed
      end = until.getTime()
    },
    onAdvance(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
