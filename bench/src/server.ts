import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort, PLANET_NODE, type Started, start, untilReady } from './processes.ts'

const START_LIMIT_MS = 180_000

export type Server = AsyncDisposable & { readonly url: string; readonly home: string; readonly process: Started }

/** One machine stands for thousands of clients. */
const PLENTY = {
  ...Object.fromEntries(
    ['ANONYMOUS', 'USER', 'PARTNER', 'ANALYST'].map((kind) => [`PLANET_COST_PER_MINUTE_${kind}`, '1000000000']),
  ),
  PLANET_MUTATION_RATE_FACTOR: '1000000',
}

/**
 * Starts a platform with a sandbox of its own, pinned to the first core where that can be done; its Postgres to the second.
 * `env` sets what is unlike the others.
 */
export async function startServer(env: Readonly<Record<string, string>> = {}): Promise<Server> {
  const home = mkdtempSync(join(tmpdir(), 'planet-bench-'))
  const port = await freePort()
  const cli = fileURLToPath(new URL('../../platform/src/cli.ts', import.meta.url))
  const started = start([...PLANET_NODE, cli, 'start'], {
    core: 0,
    env: {
      PLANET_HOME: home,
      PORT: String(port),
      PLANET_CLOCK_SPEED: '1',
      PLANET_PARENT_PID: String(process.pid),
      ...PLENTY,
      ...env,
    },
  })
  const url = `http://127.0.0.1:${port}`
  const end = async () => {
    await started[Symbol.asyncDispose]()
    rmSync(home, { recursive: true, force: true })
  }
  try {
    // The examples name a post once the sandbox is seeded.
    const isSeeded = async () => (await (await fetch(`${url}/graphiql/config.json`)).text()).includes('linkedTrades')
    await untilReady('the platform', isSeeded, started, START_LIMIT_MS)
    started.pinDescendants(1)
  } catch (error) {
    await end()
    throw error
  }
  return { url, home, process: started, [Symbol.asyncDispose]: end }
}
