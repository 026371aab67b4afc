import { setTimeout as wait } from 'node:timers/promises'

/** A pause that ends early, without complaint, when `signal` aborts. */
export const pauseUntil = (ms: number, signal: AbortSignal): Promise<void> => wait(ms, undefined, { signal }).catch(() => {})

const LOOK_EVERY_MS = 500
/** A terminal, npm and a parent may each send what the user meant once. */
const SAME_SIGNAL_MS = 1_000

/**
 * Aborts on SIGINT, SIGTERM and SIGHUP, and when the process that started this one, named by PLANET_PARENT_PID, has died
 * without telling. A second signal ends the process at once.
 */
export function untilStopped(env: Readonly<Record<string, string | undefined>>): AbortSignal {
  const parentPid = env.PLANET_PARENT_PID ? Number(env.PLANET_PARENT_PID) : null
  const stop = new AbortController()
  let firstAt = 0
  const onSignal = () => {
    if (firstAt > 0 && performance.now() - firstAt > SAME_SIGNAL_MS) process.exit(130)
    firstAt ||= performance.now()
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
