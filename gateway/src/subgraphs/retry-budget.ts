/** Of all calls, how many may be asked a second time. */
const SHARE = 0.1
/** What a quiet time may save up, and what there is at the start: a few calls that break at once are worth asking again. */
const SAVED = 10

/** Keeps what is asked again below a tenth of what is asked, so that repeating never becomes the load that breaks a subgraph. */
export type RetryBudget = {
  /** For each call that is asked for the first time. */
  earn(): void
  /** Whether one call may be asked again, which is then paid. */
  spend(): boolean
}

export function createRetryBudget(): RetryBudget {
  let left = SAVED
  return {
    earn() {
      left = Math.min(SAVED, left + SHARE)
    },
    spend() {
      if (left < 1) return false
      left -= 1
      return true
    },
  }
}
