import { type ChildProcess, execFileSync, type StdioOptions, spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { constants, cpus } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import { V8_FLAGS } from '../../scripts/v8-flags.mjs'

const TICKS_PER_SECOND = 100
const PAGE_BYTES = 4096
const KILL_AFTER_MS = 5_000
const POLL_MS = 20

export const canPin = ((): boolean => {
  if (process.platform !== 'linux' || cpus().length < 2) return false
  try {
    execFileSync('taskset', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

/** Moves this process, with all its threads, to `core`; does nothing where that cannot be done. */
export const pinSelf = (core: number): void => pin(process.pid, core)

function pin(pid: number, core: number): void {
  if (canPin) spawnSync('taskset', ['-a', '-cp', String(core), String(pid)], { stdio: 'ignore' })
}

export type Started = AsyncDisposable & {
  readonly child: ChildProcess
  /** CPU time of the process and its descendants so far, in milliseconds. */
  cpuMs(): number
  /** As `cpuMs`, without descendants. */
  ownCpuMs(): number
  /** Moves what the process has started to `core`. */
  pinDescendants(core: number): void
  /** Memory of the process and its descendants that is resident, in bytes. */
  rssBytes(): number
  hasEnded(): boolean
}

/** Node as `npm start` runs it. */
export const PLANET_NODE = [process.execPath, ...V8_FLAGS]

/** Where a process runs: on one core, by its number from 0, or on any. */
export type Core = number | 'any'

/** What runs now. */
const running = new Set<number>()
let isWatching = false

/** Ends what runs, with all that it has started, when this process ends in any way that it can see coming. */
function endChildrenAtExit(): void {
  if (isWatching) return
  isWatching = true
  process.on('exit', () => {
    for (const pid of [...running].flatMap(treeOf)) killNow(pid)
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => process.exit(128 + constants.signals[signal]))
}

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

/** Starts a command on `core`, where it can be pinned. It ends with its disposal, or with this process. */
export function start(
  command: readonly string[],
  options: { readonly core: Core; readonly cwd?: string; readonly env: NodeJS.ProcessEnv; readonly stdio?: StdioOptions },
): Started {
  // This process is pinned itself, which what it starts would inherit.
  const cores = options.core === 'any' ? `0-${cpus().length - 1}` : String(options.core)
  const [file = '', ...args] = canPin ? ['taskset', '-c', cores, ...command] : command
  const child = spawn(file, args, {
    ...(options.cwd ? { cwd: options.cwd } : {}),
    env: { ...process.env, ...options.env },
    stdio: options.stdio ?? ['ignore', 'ignore', 'inherit'],
  })
  const { pid } = child
  endChildrenAtExit()
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  if (pid === undefined) throw new Error(`${command[0]} did not start`)
  running.add(pid)
  void ended.then(() => running.delete(pid))
  return {
    child,
    cpuMs: () => sum(treeOf(pid).map(cpuMsOf)),
    ownCpuMs: () => cpuMsOf(pid),
    pinDescendants(core) {
      for (const each of treeOf(pid).slice(1)) pin(each, core)
    },
    rssBytes: () => sum(treeOf(pid).map(rssBytesOf)),
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      const late = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS)
      await ended
      clearTimeout(late)
    },
  }
}

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0)

/** Empty for a process that has ended. */
function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}

const treeOf = (pid: number): number[] => [
  pid,
  ...readProc(pid, `task/${pid}/children`).split(' ').filter(Boolean).map(Number).flatMap(treeOf),
]

function cpuMsOf(pid: number): number {
  const fields = readProc(pid, 'stat').split(') ')[1]?.split(' ') ?? []
  return ((Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * 1000) / TICKS_PER_SECOND
}

const rssBytesOf = (pid: number) => Number(readProc(pid, 'statm').split(' ')[1] ?? 0) * PAGE_BYTES

/** CPU time of a process and of all that it has started, those that have ended too, in milliseconds. */
export function cpuMsBelow(pid: number): number {
  return sum(treeOf(pid).map((each) => cpuMsOf(each) + endedCpuMsOf(each)))
}

const endedCpuMsOf = (pid: number) => {
  const fields = readProc(pid, 'stat').split(') ')[1]?.split(' ') ?? []
  return ((Number(fields[13] ?? 0) + Number(fields[14] ?? 0)) * 1000) / TICKS_PER_SECOND
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => (typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port'))))
    })
  })
}

/** Polls until `isReady`; throws after `limitMs`, or once the process has ended. */
export async function untilReady(
  name: string,
  isReady: () => Promise<boolean>,
  started: Started,
  limitMs: number,
): Promise<void> {
  const limit = performance.now() + limitMs
  while (performance.now() < limit) {
    if (started.hasEnded()) throw new Error(`${name} ended before it was ready`)
    if (await isReady().catch(() => false)) return
    await wait(POLL_MS)
  }
  throw new Error(`${name} was not ready in time`)
}

export const median = (numbers: readonly number[]): number => {
  const sorted = [...numbers].sort((a, b) => a - b)
  return ((sorted[(sorted.length - 1) >> 1] ?? 0) + (sorted[sorted.length >> 1] ?? 0)) / 2
}
