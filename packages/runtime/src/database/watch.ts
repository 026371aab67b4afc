const TICK_MS = 25
/** On-time ticks after which a statement counts as long. Most take less than one. */
const LONG_TICKS = 4

/** Something that was sent and is not answered. */
export type Running = {
  /** Ticks since it was sent. */
  ticks: number
  /** Called once, if it has not been answered after 75 to 100 ms. */
  onLong(): void
}

/** Finds out which of many statements take long, for less than a timer each. */
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
      if (running.ticks === LONG_TICKS) running.onLong()
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
