import { setTimeout as wait } from 'node:timers/promises'

/** A pause that ends early, without complaint, when `signal` aborts. */
export const pauseUntil = (ms: number, signal: AbortSignal): Promise<void> => wait(ms, undefined, { signal }).catch(() => {})

const LOOK_EVERY_MS = 250
/** A terminal, npm and a parent may each send what the user meant once. */
const SAME_SIGNAL_MS = 1_000
/** With the look before it and the end of the database after it: 5 s. */
const ORPHAN_STOPS_WITHIN_MS = 1_500

/**
 * Aborts on SIGINT, SIGTERM and SIGHUP, and when the process that started this one, named by PLANET_PARENT_PID, has died
 * without telling: then the process ends within 5 s, whatever still runs. A second signal ends it at once.
 */
export function untilStopped(env: Readonly<Record<string, string | undefined>>): AbortSignal {
  const stop = new AbortController()
  let firstAt = 0
  const onSignal = () => {
    if (firstAt > 0 && performance.now() - firstAt > SAME_SIGNAL_MS) process.exit(130)
    firstAt ||= performance.now()
    stop.abort()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal)
  if (env.PLANET_PARENT_PID) {
    const isThere = watchProcess(Number(env.PLANET_PARENT_PID))
    const timer = setInterval(() => {
      if (isThere()) return
      stop.abort()
      setTimeout(() => process.exit(1), ORPHAN_STOPS_WITHIN_MS).unref()
    }, LOOK_EVERY_MS)
    timer.unref()
    stop.signal.addEventListener('abort', () => clearInterval(timer))
  }
  return stop.signal
}

/** A parent that died keeps its number until somebody has taken note, but its children get another parent at once. */
function watchProcess(pid: number): () => boolean {
  return process.ppid === pid ? () => process.ppid === pid : () => isAlive(pid)
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
