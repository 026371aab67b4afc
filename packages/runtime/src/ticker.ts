import { createAlarm } from './alarm.ts'
import type { Clock } from './clock.ts'
import type { Logger } from './log.ts'
import type { Worker } from './subgraph.ts'

/** How soon a running clock, or what another process has committed, is noticed. */
const POLL_MS = 250

/**
 * A worker that does what falls due as the platform's clock goes on: on a poll, and at once when the clock is moved by
 * hand. `step` does a part of what is due at `now` and says whether anything was; it is never called twice at a time.
 */
export function createTicker(options: {
  readonly name: string
  readonly clock: Clock
  readonly log: Logger
  readonly step: (now: Date) => Promise<boolean>
}): Worker {
  const { name, clock, step } = options
  const log = options.log.child({ worker: name })
  const alarm = createAlarm()
  let running: Promise<void> | null = null
  let isStopped = false

  const drain = async () => {
    while (running) await running.catch(() => {})
    running = stepUntilDone()
    try {
      await running
    } finally {
      running = null
    }
  }
  const stepUntilDone = async () => {
    while (!isStopped && (await step(clock.now()))) {}
  }

  return {
    name,
    async run(signal) {
      const stopListening = clock.onAdvance(alarm.ring)
      signal.addEventListener('abort', () => (isStopped = true), { once: true })
      try {
        while (!signal.aborted) {
          await drain().catch((error: unknown) => {
            if (!signal.aborted) log.error({ err: error }, 'what is due could not be done; trying again')
          })
          await alarm.wait(POLL_MS, signal)
        }
      } finally {
        stopListening()
      }
    },
    idle: drain,
  }
}
