import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { commandOf, signalTo, startOf, within } from '@planet/runtime/embedded-postgres/processes'
import type { Answer } from '@planet/runtime/testing/subgraph'

const CLI = fileURLToPath(new URL('../../platform/src/cli.ts', import.meta.url))
/** What `npm start` runs. */
const LAUNCHER = fileURLToPath(new URL('../../scripts/run.mjs', import.meta.url))
/** For a machine that does much else at the same time. */
export const PATIENCE_MS = 120_000

export type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string }

/** A running `planet`. Disposing kills it with everything it has started. */
export type Planet = AsyncDisposable & {
  readonly pid: number
  /** Resolves with the match once standard output has it; rejects with what was said if the process ends before. */
  says(pattern: RegExp): Promise<RegExpExecArray>
  signal(signal: NodeJS.Signals): void
  readonly ended: Promise<Ended>
  /** The process and all its descendants as they are now. */
  tree(): Tree
}

/** `planet ARGS` in a process of its own, with nothing of this process's environment but where programs are. */
export function runPlanet(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  through: 'nothing' | 'the launcher' = 'nothing',
): Planet {
  const program = through === 'nothing' ? [CLI] : [LAUNCHER, 'node', CLI]
  const child: ChildProcess = spawn(process.execPath, [...program, ...args], {
    // A run of the tests that is killed takes its processes with it.
    env: { PATH: process.env.PATH, PLANET_PARENT_PID: String(process.pid), NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  const listeners = new Set<() => void>()
  const tell = () => {
    for (const listener of listeners) listener()
  }
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    tell()
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  let isOver = false
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      isOver = true
      resolve({ code, stdout, stderr })
      tell()
    })
  })
  const { pid } = child
  if (pid === undefined) throw new Error('planet did not start')
  const says = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const settle = (act: () => void) => {
        listeners.delete(look)
        clearTimeout(limit)
        act()
      }
      const look = () => {
        const match = pattern.exec(stdout)
        if (match) settle(() => resolve(match))
        else if (isOver) settle(() => reject(new Error(`planet ended without ${pattern}: ${stdout}${stderr}`)))
      }
      const limit = setTimeout(
        () => settle(() => reject(new Error(`planet did not say ${pattern}: ${stdout}${stderr}`))),
        PATIENCE_MS,
      )
      listeners.add(look)
      look()
    })
  return {
    pid,
    says,
    ended,
    signal: (signal) => void child.kill(signal),
    tree: () => treeOf(pid),
    async [Symbol.asyncDispose]() {
      const tree = treeOf(pid)
      child.kill('SIGKILL')
      await ended
      await tree.toEnd()
    },
  }
}

/** Runs a `planet` that ends by itself. */
export const planet = (args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ended> =>
  runPlanet(args, env).ended

export type Tree = {
  readonly pids: readonly number[]
  readonly commands: readonly string[]
  /** The commands of those that still run after some seconds of waiting: none, if everything was cleared away. */
  toEnd(): Promise<readonly string[]>
}

/** `root` and all its descendants as they are now, each known by its number and its start: numbers are used again. */
export function treeOf(root: number): Tree {
  const all = listProcesses()
  const below = (pid: number): typeof all => all.filter((one) => one.parent === pid).flatMap((one) => [one, ...below(one.pid)])
  const pids = [root, ...below(root).map((one) => one.pid)]
  const members = pids.map((pid) => ({ pid, command: commandOf(pid), start: startOf(pid) }))
  const living = () => members.filter(({ pid, start }) => start !== null && startOf(pid) === start)
  return {
    pids,
    commands: members.map(({ command }) => command),
    async toEnd() {
      await within(30_000, () => living().length === 0)
      const left = living()
      for (const { pid } of left) signalTo(pid, 'SIGKILL')
      return left.map(({ command }) => command)
    },
  }
}

function listProcesses(): { readonly pid: number; readonly parent: number }[] {
  if (!existsSync('/proc/self/stat')) {
    const { stdout } = spawnSync('ps', ['-e', '-o', 'pid=,ppid='], { encoding: 'utf8' })
    return stdout.split('\n').map((line) => {
      const [pid, parent] = line.trim().split(/\s+/)
      return { pid: Number(pid), parent: Number(parent) }
    })
  }
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.flatMap((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      // The name in parentheses may hold spaces; after it come the state and the parent.
      return [{ pid: Number(pid), parent: Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) }]
    } catch {
      return []
    }
  })
}

/** A port of 127.0.0.1 that nobody listens on now. */
export function freePort(): Promise<number> {
  const server = createServer()
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port)
        else reject(new Error('a server on a port has an address'))
      })
    })
  })
}

/** Several free ports, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>()
  while (ports.size < count) ports.add(await freePort())
  return [...ports]
}

/** What a GraphQL endpoint answers to one operation, with its HTTP status. */
export async function ask(
  url: string,
  query: string,
  options: { readonly variables?: Record<string, unknown>; readonly token?: string } = {},
): Promise<{ readonly status: number; readonly body: Answer }> {
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  if (options.token !== undefined) headers.authorization = `Bearer ${options.token}`
  const body = JSON.stringify({ query, variables: options.variables ?? {} })
  const response = await fetch(url, { method: 'POST', headers, body })
  return { status: response.status, body: (await response.json()) as Answer }
}
