import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { GatewayConfig } from '@planet/gateway/config'
import { createGateway } from '@planet/gateway/gateway'
import { createHosts } from '@planet/gateway/http/hosts'
import { createMetricsServer } from '@planet/gateway/http/metrics-server'
import { createHttpTransport } from '@planet/gateway/subgraphs/http-transport'
import { type Clock, createReplayClock, wallClock } from '@planet/runtime/clock'
import { openDatabase, roleOf } from '@planet/runtime/database'
import { createLog, type Logger } from '@planet/runtime/log'
import { serve as serveSubgraph } from '@planet/runtime/serve'
import { verifyingKeyOf } from '@planet/runtime/viewer-keys'
import { keepObjectsYoung } from '@planet/runtime/young-objects'
import { untilStopped } from './alive.ts'
import { type PlatformConfig, readConfigs } from './config.ts'
import { joinDatabase } from './database.ts'
import { openHome, readSecret, readViewerKey } from './home.ts'
import { openIdentity } from './identity.ts'
import {
  consumerLines,
  isReachable,
  migrateAll,
  migrateOne,
  openEvents,
  publishedLimits,
  readSupergraph,
  SUBGRAPH_NAMES,
  SUBGRAPHS,
  type SubgraphName,
} from './platform.ts'
import { findSandboxState } from './sandbox/state.ts'
import type { Terminal } from './terminal.ts'

/** With the 2 s that an answer may take, within the 5 s in which a revocation reaches every gateway. */
const LOOK_FOR_REVOCATIONS_MS = 2_500

type Environment = Readonly<Record<string, string | undefined>>

/** `planet serve NAME`: the gateway or one subgraph in a process of its own, until it is told to stop. */
export async function serve(env: Environment, name: string, terminal: Terminal): Promise<void> {
  const { config, gatewayConfig } = readConfigs(env)
  const log = createLog({ level: config.logLevel, name })
  const stopped = untilStopped(env)
  // Closed in reverse order, also when something below fails.
  await using open = new AsyncDisposableStack()
  if (name === 'gateway') await serveGateway(open, config, gatewayConfig, log, terminal)
  else await serveOne(open, subgraphNamed(name), config, gatewayConfig, log, terminal)
  keepObjectsYoung()
  if (!stopped.aborted) await new Promise<void>((resolve) => stopped.addEventListener('abort', () => resolve(), { once: true }))
  terminal.stopping()
}

/** Throws with the names there are. */
export function subgraphNamed(name: string): SubgraphName {
  const found = SUBGRAPH_NAMES.find((each) => each === name)
  if (!found) throw new Error(`There is no ${name}. There are: gateway, ${SUBGRAPH_NAMES.join(', ')}.`)
  return found
}

async function serveGateway(
  open: AsyncDisposableStack,
  config: PlatformConfig,
  gatewayConfig: GatewayConfig,
  log: Logger,
  terminal: Terminal,
) {
  const { subgraphUrls } = gatewayConfig
  const missing = SUBGRAPH_NAMES.filter((name) => !subgraphUrls[name])
  if (missing.length > 0)
    throw new Error(
      `Where the subgraphs are is not known: set ${missing.map((name) => `PLANET_${name.toUpperCase()}_URL`).join(', ')}.`,
    )
  const home = openHome(config.home)
  const viewerKey = config.viewerPrivateKey ?? ofHome(gatewayConfig, 'PLANET_VIEWER_PRIVATE_KEY', () => readViewerKey(home))
  const identity = await openIdentity(home, gatewayConfig)
  const gateway = open.use(
    await createGateway({
      supergraphSdl: readSupergraph(),
      transports: Object.fromEntries(
        Object.entries(subgraphUrls).map(([name, url]) => [name, createHttpTransport(url, gatewayConfig.options.maxReplyBytes)]),
      ),
      revocationsFrom: { subgraph: 'creators', lookEveryMs: LOOK_FOR_REVOCATIONS_MS },
      viewerKey,
      identity,
      ...gatewayConfig.options,
      log,
      // Without a sandbox there is nothing that an example could show.
      graphiql: gatewayConfig.graphiql ? { cacheFolder: join(home, 'graphiql'), examples: [] } : null,
    }),
  )
  const { host, port, metricsPort } = gatewayConfig
  const { url, metricsUrl } = await gateway.listen({ host, port, metricsPort })
  terminal.say(`gateway listens on ${url}/graphql${metricsUrl === null ? '' : `, metrics on ${metricsUrl}`}`)
}

async function serveOne(
  open: AsyncDisposableStack,
  name: SubgraphName,
  config: PlatformConfig,
  gatewayConfig: GatewayConfig,
  log: Logger,
  terminal: Terminal,
) {
  const home = openHome(config.home)
  const viewerKeys =
    config.viewerPublicKeys ?? ofHome(gatewayConfig, 'PLANET_VIEWER_PUBLIC_KEYS', () => [verifyingKeyOf(readViewerKey(home))])
  const attributionSecret = attributionSecretOf(name, config, gatewayConfig, home)
  const database = await joinDatabase(home, config.databaseUrl, log)
  open.defer(database.close)
  await (isLoginOf(name, database.url) ? migrateOne(database.url, name) : migrateAll(database.url))
  const clock = config.clock === 'wall' ? wallClock : await standingClock(database.url)
  const { events, workers, close: closeEvents } = openEvents(database.url, log, { ...config, role: roleOf(name) })
  open.defer(closeEvents)
  const subgraph = SUBGRAPHS[name]({
    databaseUrl: database.url,
    events,
    clock,
    viewerKeys,
    attributionSecret,
    log,
    limits: publishedLimits({ ...gatewayConfig.options, mutationRateFactor: config.mutationRateFactor }),
    rates: { factor: config.mutationRateFactor },
  })
  open.defer(subgraph.close)
  const ended = new AbortController()
  const running = [...workers, ...subgraph.workers].map((worker) => worker.run(ended.signal))
  open.defer(async () => {
    ended.abort()
    await Promise.all(running)
  })
  const isReady = () => isReachable(events)
  const { host, port, metricsPort, options } = gatewayConfig
  const { stopLeadMs } = options
  const served = open.use(await serveSubgraph(subgraph, { host, port, log, isReady, stopLeadMs }))
  terminal.say(`${name} listens on ${served.url}`)
  if (metricsPort === null) return
  const hosts = createHosts(options.hosts ?? [])
  const metrics = createMetricsServer({ text: () => `${consumerLines([subgraph]).join('\n')}\n` }, hosts)
  await once(metrics.listen(metricsPort, host), 'listening')
  open.defer(() => new Promise((resolve) => metrics.close(() => resolve(undefined))))
  const taken = (metrics.address() as AddressInfo).port
  hosts.listensOn(host, taken)
  terminal.say(`metrics on http://${host}:${taken}/metrics`)
}

/** Only trading signs with it; another subgraph is told nothing of it. */
function attributionSecretOf(
  name: SubgraphName,
  { attributionSecret }: PlatformConfig,
  gatewayConfig: GatewayConfig,
  home: string,
): Uint8Array {
  if (name !== 'trading') return randomBytes(32)
  return attributionSecret ?? ofHome(gatewayConfig, 'PLANET_ATTRIBUTION_SECRET', () => readSecret(home, 'attribution'))
}

/** What a home makes by itself in development. In production processes do not share one, so the variable is needed. */
function ofHome<Value>({ options }: GatewayConfig, variable: string, read: () => Value): Value {
  if (options.mode === 'production') throw new Error(`${variable} is needed in production; \`planet keys\` makes one.`)
  return read()
}

/** Whether the URL is the subgraph's own: then an administrator has made it and its schema by `planet migrate`. */
const isLoginOf = (name: SubgraphName, url: string) => decodeURIComponent(new URL(url).username) === roleOf(name)

/** Apart, nobody drives the replay: the clock stands where the sandbox left it. */
async function standingClock(databaseUrl: string): Promise<Clock> {
  await using database = openDatabase({ url: databaseUrl, role: null, audience: 'relay', maxConnections: 1 })
  const state = await findSandboxState(database)
  if (!state) throw new Error('PLANET_CLOCK=replay needs a sandbox: run `planet seed` first, or set PLANET_CLOCK=wall.')
  return createReplayClock(state.clockAt)
}
