import { execFileSync, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { cpus } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const START_LIMIT_MS = 180_000
const TICKS_PER_SECOND = 100

export type Server = AsyncDisposable & {
  readonly url: string
  /** CPU time of the process so far, in milliseconds. */
  cpuMs(): number
}

/** Starts a platform with a sandbox in `home`, pinned to the first core where that can be done. */
export async function startServer(home: string): Promise<Server> {
  const port = await freePort()
  const cli = fileURLToPath(new URL('../../platform/src/cli.ts', import.meta.url))
  const command = canPin() ? ['taskset', '-c', '0', process.execPath, cli, 'start'] : [process.execPath, cli, 'start']
  const env = {
    ...process.env,
    PLANET_HOME: home,
    PORT: String(port),
    PLANET_CLOCK_SPEED: '1',
    PLANET_PARENT_PID: String(process.pid),
  }
  const child = spawn(command[0] ?? '', command.slice(1), { env, stdio: ['ignore', 'ignore', 'inherit'] })
  const url = `http://127.0.0.1:${port}`
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const { pid } = child
  if (pid === undefined) throw new Error('the platform did not start')
  if (canPin()) execFileSync('taskset', ['-cp', '1', String(process.pid)], { stdio: 'ignore' })
  await untilReady(url, () => child.exitCode !== null)
  return {
    url,
    cpuMs() {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
      return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      await ended
    },
  }
}

function canPin(): boolean {
  if (process.platform !== 'linux' || cpus().length < 2) return false
  try {
    execFileSync('taskset', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Ready means that the examples name a post: the sandbox is seeded then. */
async function untilReady(url: string, hasEnded: () => boolean): Promise<void> {
  const limit = performance.now() + START_LIMIT_MS
  while (performance.now() < limit) {
    if (hasEnded()) throw new Error('the platform ended before it was ready')
    const text = await fetch(`${url}/graphiql/config.json`).then(
      (response) => response.text(),
      () => '',
    )
    if (text.includes('linkedTrades')) return
    await wait(200)
  }
  throw new Error('the platform was not ready in time')
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => (typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port'))))
    })
  })
}
