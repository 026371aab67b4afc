/** How late a deadline may be noticed. */
const TICK_MS = 20

type Deadline = { readonly at: number; readonly onPassed: (reason: Error) => void }

const pending = new Set<Deadline>()
let ticker: NodeJS.Timeout | null = null

function tick(): void {
  const now = performance.now()
  for (const deadline of pending) {
    if (deadline.at > now) continue
    pending.delete(deadline)
    deadline.onPassed(new Error('this took longer than it may'))
  }
  if (pending.size > 0 || !ticker) return
  clearInterval(ticker)
  ticker = null
}

/**
 * Calls `onPassed` once `ms` have passed, unless the function that it gives is called before. One timer serves all: nearly
 * every deadline is called off within milliseconds, and a timer of its own would cost more than all else about it.
 */
export function startDeadline(ms: number, onPassed: (reason: Error) => void): () => void {
  const deadline: Deadline = { at: performance.now() + ms, onPassed }
  pending.add(deadline)
  ticker ??= setInterval(tick, TICK_MS)
  return () => void pending.delete(deadline)
}
