import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDevIssuer } from '@planet/gateway/identity/dev-issuer'
import { migrateAll, SUBGRAPH_NAMES } from '@planet/platform/platform'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@planet/runtime/embedded-postgres'
import { type Id, newId } from '@planet/runtime/ids'
import { silentLog } from '@planet/runtime/log'
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts'
import { viewerKeyVariables } from '../support/keys.ts'
import { freePorts, type Planet, runPlanet } from '../support/processes.ts'

/** What runs, each in a process of its own, and each of the subgraphs with a relay. The other subgraphs are away. */
export const PARTS = ['gateway', 'posts', 'creators'] as const
export type Part = (typeof PARTS)[number]

/** A platform apart on a database of its own, to be broken. */
export type Stage = AsyncDisposable & {
  readonly postgres: EmbeddedPostgres
  /** Where clients connect, and are cut. */
  readonly proxy: FaultProxy
  readonly url: string
  tokenOf(userId: Id<'User'>): Promise<string>
  /** Ends the process at once, without a word, and starts it again on the same port. */
  restart(part: Part): Promise<void>
}

export async function setStage(): Promise<Stage> {
  const home = mkdtempSync(join(tmpdir(), 'planet-chaos-'))
  await using undo = new AsyncDisposableStack()
  undo.defer(() => rmSync(home, { recursive: true, force: true }))
  // Not ephemeral: what was acknowledged must survive a crash of the server.
  const postgres = await startEmbeddedPostgres({ home, log: silentLog })
  undo.defer(() => postgres.stop())
  await migrateAll(postgres.url)
  const issuer = await openDevIssuer(home)

  const ports = await freePorts(SUBGRAPH_NAMES.length + 1)
  const portOf = (name: (typeof SUBGRAPH_NAMES)[number] | 'gateway') =>
    String(name === 'gateway' ? ports.at(-1) : ports[SUBGRAPH_NAMES.indexOf(name)])
  const env = {
    PLANET_HOME: home,
    DATABASE_URL: postgres.url,
    ...viewerKeyVariables(),
    PLANET_MUTATION_RATE_FACTOR: '1000',
    PLANET_LOG_LEVEL: 'silent',
    PLANET_CLOCK: 'wall',
    ...Object.fromEntries(
      SUBGRAPH_NAMES.map((name) => [`PLANET_${name.toUpperCase()}_URL`, `http://127.0.0.1:${portOf(name)}/graphql`]),
    ),
  }
  const launch = async (part: Part): Promise<Planet> => {
    const planet = runPlanet(['serve', part], { ...env, PORT: portOf(part) })
    await planet.says(/listens on/)
    return planet
  }
  const running = new Map<Part, Planet>()
  undo.defer(async () => {
    await Promise.all([...running.values()].map((planet) => planet[Symbol.asyncDispose]()))
  })
  await Promise.all(PARTS.map(async (part) => running.set(part, await launch(part))))
  const proxy = undo.use(await startFaultProxy(Number(portOf('gateway'))))

  const kept = undo.move()
  return {
    postgres,
    proxy,
    url: `http://127.0.0.1:${portOf('gateway')}/graphql`,
    tokenOf: (userId) => issuer.issueToken({ userId, roles: ['user'], lifetimeS: 3_600 }),
    async restart(part) {
      await running.get(part)?.[Symbol.asyncDispose]()
      running.set(part, await launch(part))
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

export const newUserId = (): Id<'User'> => newId<'User'>(new Date())
