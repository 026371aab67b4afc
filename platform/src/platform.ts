import { type KeyObject, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createCirclesSubgraph } from '@planet/circles/subgraph'
import { createCreatorsSubgraph } from '@planet/creators/subgraph'
import { createGateway, type Gateway, type GatewayDeps } from '@planet/gateway/gateway'
import { createLocalTransport } from '@planet/gateway/subgraphs/local-transport'
import { createIncentivesSubgraph } from '@planet/incentives/subgraph'
import { createInsightsSubgraph } from '@planet/insights/subgraph'
import { createLiveSubgraph } from '@planet/live/subgraph'
import { createPostsSubgraph } from '@planet/posts/subgraph'
import { PUBLISHED_LIMITS, type PublishedLimits } from '@planet/runtime/caller-limits'
import type { Clock } from '@planet/runtime/clock'
import { ensureRoleAndSchema, migrate, openDatabase } from '@planet/runtime/database'
import { createExpiry } from '@planet/runtime/event-log/expiry'
import { createEventLog, type EventLog } from '@planet/runtime/event-log/log'
import { progressLines } from '@planet/runtime/event-log/progress'
import { createRelay, type Relay } from '@planet/runtime/event-log/relay'
import { migrateEventLog, RELAY_ROLE } from '@planet/runtime/event-log/schema'
import { consumedBy } from '@planet/runtime/events/registry'
import type { Logger } from '@planet/runtime/log'
import { readMutationRates } from '@planet/runtime/mutation-rates'
import type { Subgraph, SubgraphDeps, Worker } from '@planet/runtime/subgraph'
import { newProcessKey, verifyingKeyOf } from '@planet/runtime/viewer-keys'
import { createTradingSubgraph } from '@planet/trading/subgraph'

/** Every subgraph and how it is made. */
export const SUBGRAPHS = {
  circles: createCirclesSubgraph,
  creators: createCreatorsSubgraph,
  incentives: createIncentivesSubgraph,
  insights: createInsightsSubgraph,
  live: createLiveSubgraph,
  posts: createPostsSubgraph,
  trading: createTradingSubgraph,
} as const satisfies Record<string, (deps: SubgraphDeps) => Subgraph>

export type SubgraphName = keyof typeof SUBGRAPHS
export const SUBGRAPH_NAMES = Object.keys(SUBGRAPHS) as readonly SubgraphName[]

export const readSupergraph = (): string => readFileSync(new URL('../../schema/supergraph.graphql', import.meta.url), 'utf8')

/** Brings the event log and every subgraph's schema up to date. Several starters may do so at once. */
export async function migrateAll(databaseUrl: string): Promise<void> {
  await migrateEventLog(databaseUrl)
  await Promise.all(
    SUBGRAPH_NAMES.map(async (name) => {
      await ensureRoleAndSchema(databaseUrl, name, consumedBy(name))
      await migrateOne(databaseUrl, name)
    }),
  )
}

/** Brings the schema of one subgraph up to date; its own login may do so. */
export const migrateOne = (databaseUrl: string, name: SubgraphName): Promise<void> =>
  migrate({ url: databaseUrl, name, migrationsFolder: fileURLToPath(new URL('drizzle', folderOf(name))) })

const folderOf = (name: SubgraphName) => new URL(`../../subgraphs/${name}/`, import.meta.url)

/** The event log of this process. */
export type Events = {
  readonly events: EventLog
  readonly relay: Relay
  /** The relay, and what lets old events go; any number of processes may run them. */
  readonly workers: readonly Worker[]
  close(): Promise<void>
}

type EventsOptions = {
  /** How long a client can read an event at least. Left out: as long as is promised. */
  readonly eventsKeptMs?: number | undefined
  /** The folder of facts that were put away. Left out or null: none were. */
  readonly eventsArchive?: string | null | undefined
  /** The login, which may read all or some of them. */
  readonly role?: string
}

export function openEvents(databaseUrl: string, log: Logger, options: EventsOptions): Events {
  const { eventsKeptMs, eventsArchive = null, role = RELAY_ROLE } = options
  const database = openDatabase({ url: databaseUrl, role, audience: 'relay', maxConnections: 4 })
  const events = createEventLog(database, { log, archive: eventsArchive })
  const relay = createRelay(database, log)
  return {
    events,
    relay,
    workers: [relay, createExpiry(database, log, eventsKeptMs)],
    async close() {
      await events.close()
      await database.close()
    },
  }
}

/** `databaseUrl` is of a migrated database. */
export type PlatformOptions = Omit<
  GatewayDeps,
  'supergraphSdl' | 'transports' | 'isReady' | 'moreMetrics' | 'revocationsFrom' | 'graphiql' | 'viewerKey'
> & {
  readonly databaseUrl: string
  readonly clock: Clock
  /** Left out: as long as is promised to clients. */
  readonly eventsKeptMs?: number
  /** The folder of facts that were put away. Left out: none were. */
  readonly eventsArchive?: string | null
  /** So many times the declared rates of mutations are allowed. Left out: 1. */
  readonly mutationRateFactor?: number
  /** Left out: one of this process alone. */
  readonly viewerKey?: KeyObject
  /** Left out: one of this process alone, and tickets lose their attribution when it ends. */
  readonly attributionSecret?: Uint8Array
  /** Left out: no GraphiQL. */
  readonly graphiql?: GatewayDeps['graphiql']
}

/** What a gateway with these options, and the subgraphs behind it, allow their callers. */
export const publishedLimits = ({
  callerLimits,
  socketLimits,
  mutationRateFactor = 1,
}: Pick<PlatformOptions, 'callerLimits' | 'socketLimits' | 'mutationRateFactor'>): PublishedLimits => ({
  ...PUBLISHED_LIMITS,
  ...(callerLimits ? { callers: callerLimits } : {}),
  ...socketLimits,
  mutations: readMutationRates(readSupergraph()).map((rate) => ({ ...rate, perMinute: rate.perMinute * mutationRateFactor })),
})

/** What `/metrics` says of the consumers of these subgraphs. */
export const consumerLines = (subgraphs: readonly Subgraph[]): readonly string[] =>
  progressLines(subgraphs.flatMap(({ workers }) => workers.flatMap((worker) => worker.progress?.() ?? [])))

/** The whole platform in one process: the gateway calls the subgraphs without HTTP. */
export type Platform = AsyncDisposable & {
  readonly gateway: Gateway
  readonly subgraphs: readonly Subgraph[]
  readonly events: EventLog
  /** Resolves when every event is handled and everything due by the clock is done. */
  idle(): Promise<void>
  /** While `work` runs no mutation is refused by its rate: the sandbox plays months within seconds. */
  unhurried<T>(work: () => Promise<T>): Promise<T>
  close(): Promise<void>
}

export async function openPlatform(options: PlatformOptions): Promise<Platform> {
  const {
    databaseUrl,
    clock,
    eventsKeptMs,
    eventsArchive,
    mutationRateFactor = 1,
    attributionSecret = randomBytes(32),
    ...gatewayOptions
  } = options
  const { viewerKey = newProcessKey(), log } = options
  let unhurriedCount = 0
  const {
    events,
    relay,
    workers: eventWorkers,
    close: closeEvents,
  } = openEvents(databaseUrl, log, {
    eventsKeptMs,
    eventsArchive,
  })
  const deps: SubgraphDeps = {
    databaseUrl,
    events,
    clock,
    viewerKeys: [verifyingKeyOf(viewerKey)],
    attributionSecret,
    log,
    limits: publishedLimits(options),
    rates: { factor: mutationRateFactor, isUnhurried: () => unhurriedCount > 0 },
  }
  const subgraphs = SUBGRAPH_NAMES.map((name) => SUBGRAPHS[name](deps))
  const gateway = await createGateway({
    ...gatewayOptions,
    viewerKey,
    graphiql: options.graphiql ?? null,
    moreMetrics: () => consumerLines(subgraphs),
    supergraphSdl: readSupergraph(),
    transports: Object.fromEntries(subgraphs.map((subgraph) => [subgraph.name, createLocalTransport(nudging(subgraph, relay))])),
    revocationsFrom: { subgraph: 'creators', lookEveryMs: null },
    isReady: () => isReachable(events),
  })
  const stop = new AbortController()
  const workers = [...eventWorkers, ...subgraphs.flatMap((subgraph) => subgraph.workers)]
  const running = workers.map((worker) => worker.run(stop.signal))
  const close = async () => {
    await gateway.close()
    stop.abort()
    await Promise.all(running)
    await Promise.all(subgraphs.map((subgraph) => subgraph.close()))
    await closeEvents()
  }
  return {
    gateway,
    subgraphs,
    events,
    async idle() {
      let settled: string
      do {
        settled = await events.settled()
        await Promise.all(subgraphs.flatMap((subgraph) => subgraph.workers).map((worker) => worker.idle()))
        // What a worker did may have given work to another one.
      } while (settled !== (await events.settled()))
    },
    async unhurried(work) {
      unhurriedCount++
      try {
        return await work()
      } finally {
        unhurriedCount--
      }
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** Events of a mutation are on their way at once instead of at the relay's next look. */
const nudging = (subgraph: Subgraph, relay: Relay): Subgraph => ({
  ...subgraph,
  execute(request) {
    const result = subgraph.execute(request)
    // Of queries, which are most, nothing is to be waited for.
    if (request.query.startsWith('mutation')) void result.then(() => relay.nudge())
    return result
  },
})

const READY_LIMIT_MS = 2_000

/** Whether the database answers, and soon: whoever asks has a deadline too. */
export const isReachable = (events: EventLog): Promise<boolean> =>
  Promise.race([
    events.head().then(
      () => true,
      () => false,
    ),
    wait(READY_LIMIT_MS, false, { ref: false }),
  ])
