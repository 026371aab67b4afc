import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { commandOf, HAS_PROC, processesIn, signalTo, startOf, within } from './processes.ts'

/**
 * Makes this process the owner of `folder`; the answer gives it up. Throws if another living process owns it. The owner
 * is known by its pid and its start, so that neither a crash nor a reboot leaves the folder locked.
 */
export function takeOwnership(folder: string, home: string): () => void {
  const file = join(folder, 'owner')
  const mine = `${process.pid} ${startOf(process.pid)}`
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, mine)
  try {
    // A link is made at once and with its content, or not at all.
    for (;;) {
      try {
        linkSync(draft, file)
        return () => rmSync(file, { force: true })
      } catch (error) {
        if (!isExisting(error)) throw error
      }
      const found = read(file)
      const pid = livingOwner(found)
      if (pid !== null) {
        throw new Error(`Another Planet (process ${pid}) is using ${home}. Stop it, or set PLANET_HOME to another folder.`)
      }
      putAside(file, found)
    }
  } finally {
    rmSync(draft, { force: true })
  }
}

/** Takes the dead owner's file away; gives it back if a rival was faster and the file is the rival's. */
function putAside(file: string, expected: string): void {
  const aside = `${file}.${process.pid}.dead`
  try {
    renameSync(file, aside)
    if (read(aside) !== expected) linkSync(aside, file)
  } catch {
    // A rival has put it aside, or has a new one in place: the caller looks again.
  } finally {
    rmSync(aside, { force: true })
  }
}

function livingOwner(content: string): number | null {
  const [pid = '', start = ''] = content.split(/ (.*)/s)
  return startOf(Number(pid)) === start && start !== '' ? Number(pid) : null
}

/** Stops a Postgres on `data` whose owner has died, and clears away what it says of itself. Call as the folder's owner only. */
export async function stopOrphans(data: string): Promise<void> {
  const file = join(data, 'postmaster.pid')
  const pid = Number(read(file).split('\n')[0])
  const isServer = pid > 0 && startOf(pid) !== null && commandOf(pid).includes(`-D ${data} `)
  if (isServer) {
    signalTo(pid, 'SIGINT')
    if (!(await within(10_000, () => startOf(pid) === null))) signalTo(pid, 'SIGKILL')
  }
  if (!(await within(2_000, () => processesIn(data).length === 0))) await killLeftovers(data)
  // Postgres refuses to start beside one that is empty, broken or of a stranger. One of a dead server it can judge itself, and
  // must where we cannot see who works here.
  const isOfDead = pid > 0 && startOf(pid) === null
  if (processesIn(data).length === 0 && (HAS_PROC || !isOfDead)) rmSync(file, { recursive: true, force: true })
}

/**
 * Kills what a server on `data` that was killed has left: a process of it may wait for ever for a lock that another took
 * to its grave, and Postgres does not start beside it. Safe, because the next start recovers as from any crash.
 */
export async function killLeftovers(data: string): Promise<void> {
  await within(5_000, () => {
    const left = processesIn(data)
    for (const pid of left) signalTo(pid, 'SIGKILL')
    return left.length === 0
  })
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

const isExisting = (error: unknown) => error instanceof Error && 'code' in error && error.code === 'EEXIST'
