import { writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { folderOf, versionOf } from '../gateways/install.ts'
import { freePort, type Started, start, untilReady } from '../processes.ts'
import type { Newsroom } from './newsroom.ts'

const START_LIMIT_MS = 60_000
const PLANET = fileURLToPath(new URL('../gateways/planet.ts', import.meta.url))

export const PEER = 'graphql-ws'

/** A server that fans stories out. */
export type FanoutServer = AsyncDisposable & {
  readonly name: string
  readonly url: string
  readonly process: Started
  /** What is published from now on goes to this server, and to no other that is not asked for it. */
  use(): void
}

/** Ours: a gateway over the newsroom's subgraphs, which it reaches over sockets and HTTP. */
export async function startOurs(newsroom: Newsroom, folder: string): Promise<FanoutServer> {
  const supergraph = join(folder, 'supergraph.graphql')
  writeFileSync(supergraph, newsroom.supergraphSdl)
  return startFanout('Planet', [process.execPath, PLANET], newsroom, () => newsroom.alsoTo(null), {
    SUPERGRAPH: supergraph,
    ISSUER_HOME: folder,
    // The newsroom takes only viewers that the gateway has signed.
    VERIFY_TOKENS: '1',
  })
}

/** The peer: a monolith that is told what is published by its parent, which costs it less than a socket would. */
export const startStock = (newsroom: Newsroom): Promise<FanoutServer> =>
  startFanout(
    `graphql-ws ${versionOf(PEER, 'graphql-ws')}`,
    [process.execPath, 'stock.mjs'],
    newsroom,
    ({ child }) => newsroom.alsoTo((message) => void child.send(message)),
    {},
    folderOf(PEER),
  )

async function startFanout(
  name: string,
  argv: readonly string[],
  newsroom: Newsroom,
  use: (started: Started) => void,
  env: NodeJS.ProcessEnv,
  cwd?: string,
): Promise<FanoutServer> {
  const port = await freePort()
  const subgraphs = Object.fromEntries(Object.entries(newsroom.urls).map(([each, url]) => [each, { url, schema: '' }]))
  const started = start(argv, {
    core: 0,
    ...(cwd ? { cwd } : {}),
    env: { NODE_ENV: 'production', PORT: String(port), SUBGRAPHS: JSON.stringify(subgraphs), ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  try {
    await untilReady(name, () => isListening(port), started, START_LIMIT_MS)
  } catch (error) {
    await started[Symbol.asyncDispose]()
    throw error
  }
  return {
    name,
    url: `http://127.0.0.1:${port}/graphql`,
    process: started,
    use: () => use(started),
    [Symbol.asyncDispose]: () => started[Symbol.asyncDispose](),
  }
}

const isListening = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
