/**
 * Whether the package manager that started this process is still there, also behind shells.
 * Plain JavaScript for any Node >= 20: it must work before anything is installed.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'

const SHELLS = new Set(['sh', 'bash', 'dash', 'ash', 'zsh', 'ksh', 'fish', 'busybox'])

/**
 * The answer tells whether the processes between this one and the first that is no shell are all there. Always true where no
 * package manager runs this: whoever starts it from a shell may leave that shell.
 */
export function watchStarter() {
  if (process.env.npm_lifecycle_event === undefined) return () => true
  const first = process.ppid
  /** Shells by the parent that each had at the start; who loses a parent gets another one. */
  const shells = new Map()
  for (let pid = first, found = look(pid); found && SHELLS.has(found.name); pid = found.parent, found = look(pid))
    shells.set(pid, found.parent)
  return () => process.ppid === first && [...shells].every(([pid, parent]) => look(pid)?.parent === parent)
}

/** The name of a process and its parent's number; null if it is gone. */
function look(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in parentheses may hold spaces; after it come the state and the parent.
    const end = stat.lastIndexOf(')')
    return { name: stat.slice(stat.indexOf('(') + 1, end), parent: Number(stat.slice(end + 2).split(' ')[1]) }
  } catch {
    if (process.platform === 'linux') return null
    const { stdout } = spawnSync('ps', ['-o', 'ppid=,comm=', '-p', String(pid)], { encoding: 'utf8' })
    const [, parent, name] = /^\s*(\d+)\s+-?(.+?)\s*$/.exec(stdout ?? '') ?? []
    return name === undefined ? null : { name: basename(name), parent: Number(parent) }
  }
}
