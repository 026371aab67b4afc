import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MAIN_QUESTIONS } from '../graph/questions.ts'
import { SCHEMAS, SUBGRAPH_NAMES, type SubgraphName, supergraphOf } from '../graph/schemas.ts'
import { type Core, freePort, PLANET_NODE, type Started, start, untilReady } from '../processes.ts'
import { folderOf, versionOf } from './install.ts'

const START_LIMIT_MS = 60_000

/** What gateways that start from a script of ours read from the variable SUBGRAPHS. */
export type SubgraphsVariable = Readonly<Record<string, { readonly url: string; readonly schema: string }>>

/** Where the generated subgraphs and their supergraph are. */
export type Site = {
  readonly folder: string
  readonly urlOf: (name: SubgraphName) => string
  readonly deduplicate: boolean
}

type Command = { readonly argv: readonly string[]; readonly cwd?: string; readonly env?: NodeJS.ProcessEnv }

export type GatewayKind = {
  readonly name: string
  /** Null for what is in this repository. */
  readonly peer: string | null
  readonly version: () => string
  /** Whether it can be asked this at all; absent if it can be asked anything. */
  readonly answers?: (query: string) => boolean
  readonly command: (site: Site, port: number) => Command
}

const PLANET = fileURLToPath(new URL('./planet.ts', import.meta.url))
const BY_HAND = fileURLToPath(new URL('./by-hand.ts', import.meta.url))
const node = process.execPath

const planet = (name: string, engine: string, verifyTokens: '0' | '1'): GatewayKind => ({
  name,
  peer: null,
  version: () => `Node ${process.versions.node}`,
  command: ({ deduplicate }) => ({
    argv: [...PLANET_NODE, PLANET],
    env: { PLANET_ENGINE: engine, PLANET_SHARE_PUBLIC_READS: String(deduplicate), VERIFY_TOKENS: verifyTokens },
  }),
})

const script = (name: string, peer: string, versions: readonly string[], file: string): GatewayKind => ({
  name,
  peer,
  version: () => versions.map((each) => `${each} ${versionOf(peer, each)}`).join(', '),
  command: () => ({ argv: [node, file], cwd: folderOf(peer) }),
})

const APOLLO = ['@apollo/gateway', '@apollo/server']

export const OURS = planet('Planet', 'compiled', '0')

export const GATEWAYS: readonly GatewayKind[] = [
  OURS,
  planet('Planet, verifying tokens', 'compiled', '1'),
  planet('Planet, reference engine', 'apollo', '0'),
  script('Apollo, stock', 'apollo', APOLLO, 'stock.mjs'),
  script('Apollo, tuned', 'apollo', APOLLO.slice(0, 1), 'tuned.mjs'),
  {
    name: 'Hive Gateway',
    peer: 'hive',
    version: () =>
      `${versionOf('hive', '@graphql-hive/gateway')}, Rust planner ${versionOf('hive', '@graphql-hive/router-query-planner')}`,
    command: ({ folder }, port) => ({
      argv: [
        node,
        'node_modules/@graphql-hive/gateway/dist/bin.js',
        'supergraph',
        join(folder, 'supergraph.graphql'),
        '--hive-router-runtime',
        '--config-path',
        'gateway.config.mjs',
        '--host',
        '127.0.0.1',
        '--port',
        String(port),
        '--fork',
        '1',
      ],
      cwd: folderOf('hive'),
    }),
  },
  script('Mercurius, jit', 'mercurius', ['mercurius', '@mercuriusjs/gateway', 'graphql'], 'server.mjs'),
  {
    name: 'Grafbase, dev mode',
    peer: 'grafbase',
    version: () => versionOf('grafbase', '@grafbase/cli-x86_64-unknown-linux-musl'),
    command: ({ folder }, port) => ({
      argv: [
        join(folderOf('grafbase'), 'node_modules/@grafbase/cli-x86_64-unknown-linux-musl/grafbase'),
        '--home',
        folder,
        'dev',
        '--config',
        'grafbase.toml',
        '--listen-address',
        `127.0.0.1:${port}`,
      ],
      cwd: folder,
    }),
  },
  {
    name: 'by hand',
    peer: null,
    version: () =>
      `undici ${JSON.parse(readFileSync(new URL('../../node_modules/undici/package.json', import.meta.url), 'utf8')).version}`,
    answers: (query) => MAIN_QUESTIONS.some((question) => question.query(0) === query),
    command: () => ({ argv: [node, BY_HAND] }),
  },
]

/** Mercurius knows the first version of federation only, which has no `@link` and extends types that others own. */
const FIRST_VERSION: Readonly<Record<SubgraphName, string>> = {
  accounts: firstVersion(SCHEMAS.accounts),
  products: firstVersion(SCHEMAS.products),
  inventory: firstVersion(SCHEMAS.inventory)
    .replace('type Product', 'extend type Product')
    .replace('upc: String!', 'upc: String! @external'),
  reviews: firstVersion(SCHEMAS.reviews)
    .replace('type User', 'extend type User')
    .replace('type Product', 'extend type Product')
    .replace('id: ID!  reviews', 'id: ID! @external  reviews')
    .replace('upc: String!  reviews', 'upc: String! @external  reviews'),
}

function firstVersion(sdl: string): string {
  return sdl.replace(/^extend schema.*\n/, '').replace('type Query', 'extend type Query')
}

/** Writes what the gateways boot from. */
export function prepareSite(site: Site): void {
  writeFileSync(join(site.folder, 'supergraph.graphql'), supergraphOf(site.urlOf))
  for (const name of SUBGRAPH_NAMES) writeFileSync(join(site.folder, `${name}.graphql`), SCHEMAS[name])
  const subgraphs = SUBGRAPH_NAMES.map(
    (name) => `[subgraphs.${name}]\nurl = "${site.urlOf(name)}"\nschema_path = "${join(site.folder, `${name}.graphql`)}"\n`,
  )
  const headers = '[[headers]]\nrule = "forward"\nname = "authorization"\n'
  writeFileSync(join(site.folder, 'grafbase.toml'), [headers, ...subgraphs].join('\n'))
}

export type RunningGateway = AsyncDisposable & { readonly kind: GatewayKind; readonly url: string; readonly process: Started }

/** Starts a gateway on `core` and waits until it answers. `env` goes to the process. */
export async function startGateway(
  kind: GatewayKind,
  site: Site,
  options: { readonly core: Core; readonly env?: NodeJS.ProcessEnv } = { core: 0 },
): Promise<RunningGateway> {
  const port = await freePort()
  const { argv, cwd, env } = kind.command(site, port)
  const subgraphs: SubgraphsVariable = Object.fromEntries(
    SUBGRAPH_NAMES.map((name) => [name, { url: site.urlOf(name), schema: FIRST_VERSION[name] }]),
  )
  const started = start(argv, {
    core: options.core,
    ...(cwd ? { cwd } : {}),
    env: {
      NODE_ENV: 'production',
      APOLLO_TELEMETRY_DISABLED: 'true',
      PORT: String(port),
      SUPERGRAPH: join(site.folder, 'supergraph.graphql'),
      SUBGRAPHS: JSON.stringify(subgraphs),
      ISSUER_HOME: site.folder,
      DEDUPLICATE: site.deduplicate ? '1' : '0',
      ...env,
      ...options.env,
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const url = `http://127.0.0.1:${port}/graphql`
  const isReady = async () => {
    const reply = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ __typename }' }),
    })
    return reply.ok && (await reply.text()).includes('"Query"')
  }
  try {
    await untilReady(kind.name, isReady, started, START_LIMIT_MS)
  } catch (error) {
    await started[Symbol.asyncDispose]()
    throw error
  }
  return { kind, url, process: started, [Symbol.asyncDispose]: () => started[Symbol.asyncDispose]() }
}
