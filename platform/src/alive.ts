import { setTimeout as wait } from 'node:timers/promises'

/** A pause that ends early, without complaint, when `signal` aborts. */
export const pauseUntil = (ms: number, signal: AbortSignal): Promise<void> => wait(ms, undefined, { signal }).catch(() => {})

const LOOK_EVERY_MS = 500

/**
 * Aborts on SIGINT, SIGTERM and SIGHUP, and when the process that started this one has died without telling. A second
 * signal ends the process at once.
 */
export function untilStopped(parentPid: number | null): AbortSignal {
  const stop = new AbortController()
  const onSignal = () => {
    if (stop.signal.aborted) process.exit(130)
    stop.abort()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal)
  if (parentPid !== null) {
    const timer = setInterval(() => {
      if (!isAlive(parentPid)) stop.abort()
    }, LOOK_EVERY_MS)
    timer.unref()
    stop.signal.addEventListener('abort', () => clearInterval(timer))
  }
  return stop.signal
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: there is such a process, of somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
