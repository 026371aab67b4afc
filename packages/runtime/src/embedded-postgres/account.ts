import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { chownSync, cpSync, lstatSync, realpathSync, rmSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'

const NOBODY = 65534

/** A way to run Postgres, which refuses to run as root. */
export type Account = {
  readonly name: string
  /** What stands before the command. */
  readonly prefix: readonly string[]
  /** The user that owns the files, as this process sees it; null leaves them alone. */
  readonly owner: number | null
  /** The process itself changes to this user. */
  readonly uid?: number
}

/** Postgres wants a user with a name, and `nobody` has one everywhere. */
const RENAME = ['unshare', '--user', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`]

const ORDINARY: Account = { name: 'ordinary user', prefix: [], owner: null }
/** A container may run under a number that no list of users knows. */
const UNNAMED: Account = { name: 'unshare', prefix: RENAME, owner: null }

/** In order of preference. The first keeps root's files root's; the second passes folders that only root may enter. */
export const ROOT_ACCOUNTS: readonly Account[] = [
  { name: 'unshare', prefix: RENAME, owner: 0 },
  {
    name: 'setpriv',
    prefix: [
      ...['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'],
      ...['--inh-caps=+dac_override', '--ambient-caps=+dac_override'],
    ],
    owner: NOBODY,
  },
  { name: 'nobody', prefix: [], owner: NOBODY, uid: NOBODY },
]

export type Runner = { readonly account: Account; readonly binaries: string }

/**
 * The first account that can run the binaries and write into `folder`, which then belongs to it with everything in it.
 * Binaries that it may not read are copied into `folder`. Throws with what each account met if none can.
 */
export function chooseRunner(binaries: string, folder: string, accounts = ROOT_ACCOUNTS): Runner {
  const met: string[] = []
  for (const account of process.getuid?.() === 0 ? accounts : [hasName() ? ORDINARY : UNNAMED]) {
    giveTo(account, folder)
    const first = probe({ account, binaries }, folder)
    if (first.status === 0) return { account, binaries }
    met.push(`${account.name}: ${first.error?.message ?? first.stderr.trim()}`)
    if (account.uid === undefined) continue
    const copy = join(folder, 'native')
    rmSync(copy, { recursive: true, force: true })
    cpSync(realpathSync(binaries), copy, { recursive: true, verbatimSymlinks: true })
    giveTo(account, folder)
    if (probe({ account, binaries: copy }, folder).status === 0) return { account, binaries: copy }
  }
  throw new Error(`The embedded Postgres cannot run in ${folder}. Set PLANET_HOME to another folder. (${met.join('; ')})`)
}

/** How to spawn `command` of the binaries: what to run, and as whom. */
export function commandFor({ account, binaries }: Runner, command: string, args: readonly string[]) {
  const [file = '', ...rest] = [...account.prefix, join(binaries, 'bin', command), ...args]
  return { file, args: rest, identity: account.uid === undefined ? {} : { uid: account.uid, gid: account.uid } }
}

function hasName(): boolean {
  try {
    return userInfo().username !== ''
  } catch {
    return false
  }
}

function probe({ account, binaries }: Runner, folder: string): SpawnSyncReturns<string> {
  const script = 'cd "$1" && : > .probe && rm .probe && "$2" --version'
  const [file = '', ...args] = [...account.prefix, 'sh', '-c', script, 'sh', folder, join(binaries, 'bin', 'postgres')]
  const identity = account.uid === undefined ? {} : { uid: account.uid, gid: account.uid }
  return spawnSync(file, args, { encoding: 'utf8', ...identity })
}

function giveTo(account: Account, folder: string): void {
  if (account.owner === null) return
  const owner = account.owner
  if (lstatSync(folder).uid !== owner) chownSync(folder, owner, owner)
  spawnSync('chown', ['-R', `${owner}:${owner}`, folder])
}
