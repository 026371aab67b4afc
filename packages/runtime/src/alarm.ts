/** Wakes one waiting loop. A ring while nobody waits is kept for the next wait, so that no wake-up falls between two. */
export type Alarm = {
  ring(): void
  /** Resolves after `ms` milliseconds, at a ring or when `signal` aborts, whichever comes first. Never rejects. */
  wait(ms: number, signal: AbortSignal): Promise<void>
}

export function createAlarm(): Alarm {
  let hasRung = false
  let wake: (() => void) | null = null
  return {
    ring() {
      if (wake) wake()
      else hasRung = true
    },
    wait(ms, signal) {
      if (hasRung || signal.aborted) {
        hasRung = false
        return Promise.resolve()
      }
      return new Promise((resolve) => {
        const done = () => {
          wake = null
          clearTimeout(timer)
          signal.removeEventListener('abort', done)
          resolve()
        }
        const timer = setTimeout(done, ms)
        signal.addEventListener('abort', done, { once: true })
        wake = done
      })
    },
  }
}
