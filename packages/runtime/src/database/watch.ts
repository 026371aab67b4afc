const TICK_MS = 25
/** Ticks after which a statement is not about to end by itself: what nobody waits for is then stopped. Most take less than one. */
export const SLOW_TICKS = 2
/** Ticks after which a statement counts as long, 175 to 200 ms: also on a busy machine most that take so long wait for a lock. */
export const LONG_TICKS = 8

/** Something that was sent and is not answered. */
export type Running = {
  /** Ticks since it was sent. */
  ticks: number
  /** Called at every tick, after it was counted. */
  onTick(): void
}

/** Looks after many statements for less than a timer, or a listener, each. */
export type Watch = { add(running: Running): void; remove(running: Running): void }

export function createWatch(): Watch {
  const all = new Set<Running>()
  let timer: NodeJS.Timeout | null = null
  let dueAt = 0

  const look = () => {
    const isLate = performance.now() - dueAt > TICK_MS
    dueAt = performance.now() + TICK_MS
    // This process was busy elsewhere: answers may be there that it has not read.
    if (isLate) return
    if (all.size === 0) return stop()
    for (const running of Array.from(all)) {
      running.ticks += 1
      running.onTick()
    }
  }
  const stop = () => {
    if (timer) clearInterval(timer)
    timer = null
  }

  return {
    add(running) {
      all.add(running)
      if (timer) return
      dueAt = performance.now() + TICK_MS
      timer = setInterval(look, TICK_MS).unref()
    },
    remove: (running) => void all.delete(running),
  }
}
