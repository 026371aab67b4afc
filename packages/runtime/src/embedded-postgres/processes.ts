import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

/** Whether all that runs can be looked at. */
export const HAS_PROC = existsSync('/proc/self/stat')

/** When the process `pid` started, in the system's own words: with the pid it names a process for good. Null if it is gone. */
export function startOf(pid: number): string | null {
  if (!HAS_PROC) {
    const { status, stdout } = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' })
    return status === 0 ? stdout.trim() : null
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in parentheses may hold spaces; the state comes right after it, the start 19 fields later.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null)
  } catch {
    return null
  }
}

/** The command line of `pid`, arguments joined by blanks; empty if it is gone. */
export function commandOf(pid: number): string {
  if (!HAS_PROC) return spawnSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' }).stdout
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch {
    return ''
  }
}

/** Every process that works in `folder`, as each process of a Postgres does in its data. Empty where there is no /proc. */
export function processesIn(folder: string): number[] {
  if (!HAS_PROC) return []
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => {
      if (!Number.isInteger(pid)) return false
      try {
        return readlinkSync(`/proc/${pid}/cwd`).replace(/ \(deleted\)$/, '') === folder
      } catch {
        return false
      }
    })
}

/** Sends `signal`; false if there is no such process. */
export function signalTo(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal)
  } catch {
    return false
  }
}

/** Whether `condition` came true within `limitMs`; asked every 20 ms. */
export async function within(limitMs: number, condition: () => boolean): Promise<boolean> {
  const end = Date.now() + limitMs
  while (!condition()) {
    if (Date.now() > end) return false
    await delay(20)
  }
  return true
}
