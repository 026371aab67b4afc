/** How late a deadline may be noticed. */
const TICK_MS = 20

/** Why a deadline ended something. */
export class TookTooLong extends Error {
  constructor() {
    super('this took longer than it may')
  }
}

type Deadline = { readonly at: number; readonly onPassed: (reason: TookTooLong) => void; place: number }

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
  const passed = pending.filter(({ at }) => at <= now)
  // After a long task of this process, what was waited for may be there and not have been read: it is given its turn first.
  if (passed.length > 0) setImmediate(endAll, passed)
  if (pending.length > 0 || !ticker) return
  clearInterval(ticker)
  ticker = null
}

function endAll(passed: readonly Deadline[]): void {
  for (const deadline of passed) {
    // It may have been called off meanwhile, by another one that passed too.
    if (deadline.place === GONE) continue
    remove(deadline)
    deadline.onPassed(new TookTooLong())
  }
}

/**
 * Calls `onPassed` once `ms` have passed, unless the function that it gives is called before. One timer serves all: nearly
 * every deadline is called off within milliseconds, and a timer of its own would cost more than all else about it.
 */
export function startDeadline(ms: number, onPassed: (reason: TookTooLong) => void): () => void {
  const deadline: Deadline = { at: performance.now() + ms, onPassed, place: pending.length }
  pending.push(deadline)
  ticker ??= setInterval(tick, TICK_MS)
  return () => remove(deadline)
}
