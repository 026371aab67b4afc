/** Runs some work when it is wanted, but not too often. */
export type Pace = {
  /** Work starts after this call; calls that come before it starts are one. Does nothing once stopped. */
  request(): void
  stop(): void
}

/** At least `intervalMs` of the machine's time lie between two runs, which never overlap. `work` must not throw. */
export function createPace(work: () => Promise<void>, intervalMs: number): Pace {
  let isWanted = false
  let isRunning = false
  let isStopped = false
  let lastEnd = Number.NEGATIVE_INFINITY
  let timer: NodeJS.Timeout | null = null

  const run = async () => {
    isWanted = false
    isRunning = true
    try {
      await work()
    } finally {
      isRunning = false
      lastEnd = performance.now()
      if (isWanted) schedule()
    }
  }

  const schedule = () => {
    if (isStopped || isRunning || timer) return
    timer = setTimeout(begin, Math.max(0, lastEnd + intervalMs - performance.now()))
  }

  /** A timer counts from where the event loop last looked at the clock, so on a busy machine it fires early. */
  const begin = () => {
    timer = null
    if (performance.now() < lastEnd + intervalMs) schedule()
    else void run()
  }

  return {
    request() {
      isWanted = true
      schedule()
    },
    stop() {
      isStopped = true
      if (timer) clearTimeout(timer)
    },
  }
}
