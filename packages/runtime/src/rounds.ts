import { createAlarm } from './alarm.ts'
import type { Worker } from './subgraph.ts'

/**
 * A worker that acts again and again, `everyMs` milliseconds after it was done, and once more when it is to stop. Rounds never
 * overlap, whoever asks for one. `act` must not reject: what a round leaves is for the next.
 */
export function createRounds(name: string, everyMs: number, act: () => Promise<void>): Worker {
  const alarm = createAlarm()
  let round: Promise<void> = Promise.resolve()
  const next = () => {
    round = round.then(act)
    return round
  }
  return {
    name,
    async run(signal) {
      while (!signal.aborted) {
        await next()
        await alarm.wait(everyMs, signal)
      }
      await next()
    },
    idle: next,
  }
}
