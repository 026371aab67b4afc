/** How late a deadline may be noticed. */
const TICK_MS = 20

type Deadline = { readonly at: number; readonly onPassed: (reason: Error) => void; place: number }

/**
 * In no order. Not a Set: one that is added to and deleted from without end leaves tables behind of which each holds the
 * next, and with it whatever was pending then; once the first is in old space, none of it is let go by a scavenge.
 */
const pending: Deadline[] = []
let ticker: NodeJS.Timeout | null = null

function remove(deadline: Deadline): void {
  const last = pending[pending.length - 1]
  if (!last || deadline.place === GONE) return
  pending[deadline.place] = last
  last.place = deadline.place
  pending.pop()
  deadline.place = GONE
}

const GONE = -1

function tick(): void {
  const now = performance.now()
  for (const deadline of pending.filter(({ at }) => at <= now)) {
    // One that passed may have called off another.
    if (deadline.place === GONE) continue
    remove(deadline)
    deadline.onPassed(new Error('this took longer than it may'))
  }
  if (pending.length > 0 || !ticker) return
  clearInterval(ticker)
  ticker = null
}

/**
 * Calls `onPassed` once `ms` have passed, unless the function that it gives is called before. One timer serves all: nearly
 * every deadline is called off within milliseconds, and a timer of its own would cost more than all else about it.
 */
export function startDeadline(ms: number, onPassed: (reason: Error) => void): () => void {
  const deadline: Deadline = { at: performance.now() + ms, onPassed, place: pending.length }
  pending.push(deadline)
  ticker ??= setInterval(tick, TICK_MS)
  return () => remove(deadline)
}
