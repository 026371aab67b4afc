const MINUTE_MS = 60_000

/** True for a `what` at most once a minute. Only for what is one of a few. */
export function seldom(nowMs: () => number = () => performance.now()): (what: string) => boolean {
  const last = new Map<string, number>()
  return (what) => {
    const now = nowMs()
    if (now - (last.get(what) ?? Number.NEGATIVE_INFINITY) < MINUTE_MS) return false
    last.set(what, now)
    return true
  }
}
