/** So many calls must have met with silence: one that is slow by itself says nothing about the subgraph. */
const SILENT_CALLS = 5
/** While open, one call in this time is let through to see whether the subgraph answers again. */
const PROBE_MS = 1_000

/** Stops calls of a subgraph that would only wait in vain. */
export type Breaker = {
  readonly isOpen: boolean
  /** Whether a call may be sent now; while open, that is one a second. */
  admits(): boolean
  /** A call was answered. */
  close(): void
  /** A call waited its whole time, and no other was answered meanwhile. */
  countSilence(): void
  open(): void
}

/** `onChange` is told each opening and closing. */
export function createBreaker(onChange: (isOpen: boolean) => void): Breaker {
  let isOpen = false
  let silent = 0
  let nextProbeAt = 0
  const open = () => {
    if (isOpen) return
    isOpen = true
    nextProbeAt = performance.now() + PROBE_MS
    onChange(true)
  }
  return {
    get isOpen() {
      return isOpen
    },
    admits() {
      if (!isOpen) return true
      const now = performance.now()
      if (now < nextProbeAt) return false
      nextProbeAt = now + PROBE_MS
      return true
    },
    close() {
      silent = 0
      if (!isOpen) return
      isOpen = false
      onChange(false)
    },
    countSilence() {
      silent++
      if (silent >= SILENT_CALLS) open()
    },
    open,
  }
}
