import { join } from 'node:path'
import type { GatewayConfig } from '@planet/gateway/config'
import type { Identity } from '@planet/gateway/identity/identity'
import { createReplayClock, type ReplayClock, wallClock } from '@planet/runtime/clock'
import { type Database, openDatabase } from '@planet/runtime/database'
import { createLog, type Logger } from '@planet/runtime/log'
import { keepObjectsYoung } from '@planet/runtime/young-objects'
import { pauseUntil, untilStopped } from './alive.ts'
import { type PlatformConfig, readConfigs } from './config.ts'
import { type RunningDatabase, startDatabase } from './database.ts'
import { type Example, examplesFor } from './examples.ts'
import { openHome, readSecret } from './home.ts'
import { openIdentity } from './identity.ts'
import { readBundledSeries } from './market-data/bundled.ts'
import { readFolderSeries } from './market-data/folder.ts'
import { commonDays } from './market-data/load.ts'
import type { Series } from './market-data/series.ts'
import { getPerson } from './people.ts'
import { migrateAll, openPlatform, type Platform } from './platform.ts'
import { type Api, ApiError, patient } from './sandbox/api.ts'
import { endLeftMeetings } from './sandbox/meeting.ts'
import { readMarkets } from './sandbox/publishing.ts'
import { cursorBeforeSignals } from './sandbox/recent-signals.ts'
import { keepRoomOpen } from './sandbox/room.ts'
import { nextDay, runSandbox, seedSandbox, seedStart } from './sandbox/sandbox.ts'
import { findSandboxState, type SandboxState, saveClock } from './sandbox/state.ts'
import type { Terminal } from './terminal.ts'

const DAY_MS = 86_400_000
const SAVE_CLOCK_EVERY_MS = 1_000
/** Past signals that the example of a stream begins with. */
const SHOWN_SIGNALS = 10
const LEFT_OPEN = 'live sessions of the sandbox that an earlier process left open could not be ended'
/** Of the machine: the running clock must not pass the announced time of a session while it is on its way. */
const ROOM_LEAD_MS = 10_000

type Environment = Readonly<Record<string, string | undefined>>

/** What every way of running the whole platform in this process begins with. Closed in reverse order. */
export type Base = AsyncDisposable & {
  readonly config: PlatformConfig
  readonly gatewayConfig: GatewayConfig
  readonly home: string
  readonly log: Logger
  readonly identity: Identity
  readonly attributionSecret: Uint8Array
  readonly database: RunningDatabase
  /** As the user of the database's URL. */
  readonly admin: Database
}

/** Reads the configuration, starts or finds the database and brings it up to date. */
export async function openBase(env: Environment, terminal: Terminal): Promise<Base> {
  const { config, gatewayConfig } = readConfigs(env)
  const home = openHome(config.home)
  const log = createLog({ level: config.logLevel })
  const identity = await openIdentity(home, gatewayConfig)
  const attributionSecret = config.attributionSecret ?? readSecret(home, 'attribution')
  const database = await terminal.step(config.databaseUrl ? 'Postgres (DATABASE_URL)' : 'Postgres (embedded)', () =>
    startDatabase(home, config.databaseUrl, log),
  )
  try {
    await terminal.step('Schemas', () => migrateAll(database.url))
    const admin = openDatabase({ url: database.url, role: null, audience: 'relay', maxConnections: 1 })
    return {
      config,
      gatewayConfig,
      home,
      log,
      identity,
      attributionSecret,
      database,
      admin,
      async [Symbol.asyncDispose]() {
        await admin.close()
        await database.close()
      },
    }
  } catch (error) {
    await database.close()
    throw error
  }
}

const platformOptions = ({ config, gatewayConfig, database, identity, attributionSecret, log }: Base) => ({
  ...gatewayConfig.options,
  databaseUrl: database.url,
  eventsKeptMs: config.eventsKeptMs,
  eventsArchive: config.eventsArchive,
  mutationRateFactor: config.mutationRateFactor,
  identity,
  attributionSecret,
  log,
})

/** The platform's public API under a person's identity, in this process. */
export const apiOf =
  (platform: Platform): Api =>
  async (person, query, variables) => {
    const viewer = person && { userId: person.userId, roles: person.roles }
    const { data, errors } = await platform.gateway.execute({ query, ...(variables ? { variables } : {}) }, { viewer })
    const [error] = errors ?? []
    if (error) {
      const { code, retryAfterMs } = error.extensions
      const message = `${error.message} (${String(code)}, at ${error.path?.join('.') ?? 'the operation'})`
      throw new ApiError(message, String(code), typeof retryAfterMs === 'number' ? retryAfterMs : null)
    }
    return data
  }

const readSeries = (config: PlatformConfig): Series[] =>
  config.marketData === null ? readBundledSeries() : readFolderSeries(config.marketData)

/** A replay clock that stands where the sandbox left it, or at the seed's start. */
function clockOf(state: SandboxState | null, series: readonly Series[]): ReplayClock {
  return createReplayClock(state?.clockAt ?? seedStart(series))
}

/** Seeds the sandbox if it is not; returns where it stands. */
export async function seedOnce(
  base: Base,
  platform: Platform,
  clock: ReplayClock,
  series: readonly Series[],
  terminal: Terminal,
  signal: AbortSignal,
): Promise<SandboxState> {
  const { admin, config, database } = base
  const found = await findSandboxState(admin)
  if (found) return found
  const options = { platform, clock, api: apiOf(platform), series, databaseUrl: database.url, admin, signal }
  return terminal.step('Sandbox', (onProgress) => seedSandbox({ ...options, days: config.sandboxDays, onProgress }))
}

/** `planet start`: the whole platform in one process, until it is told to stop. */
export async function start(env: Environment, terminal: Terminal): Promise<void> {
  const stopped = untilStopped(env)
  const beganAt = performance.now()
  await using base = await openBase(env, terminal)
  const { config, gatewayConfig, identity, admin } = base

  let examples: readonly Example[] = []
  const isReplay = config.clock === 'replay'
  const series = isReplay ? readSeries(config) : []
  const state = isReplay ? await findSandboxState(admin) : null
  const clock = isReplay ? clockOf(state, series) : null
  await using platform = await openPlatform({
    ...platformOptions(base),
    clock: clock ?? wallClock,
    graphiql: gatewayConfig.graphiql
      ? {
          cacheFolder: join(base.home, 'graphiql'),
          // Asked for at every visit: the sandbox finds out only later what there is to show.
          get examples() {
            return examples
          },
        }
      : null,
  })
  const { host, port, metricsPort } = gatewayConfig
  const { url, metricsUrl } = await terminal.step('Gateway', () => platform.gateway.listen({ host, port, metricsPort }))
  keepObjectsYoung()
  const show = (found: readonly Example[]) => (examples = found)
  let life: (() => Promise<void>) | null
  try {
    life = clock ? await bringToLife(base, platform, clock, series, terminal, show, stopped) : null
  } catch (error) {
    if (!stopped.aborted) throw error
    return terminal.stopping()
  }
  terminal.ready({
    url,
    metricsUrl,
    hasGraphiql: gatewayConfig.graphiql,
    seconds: (performance.now() - beganAt) / 1000,
    isSandbox: clock !== null,
    hasIssuer: identity.kind === 'development',
  })

  if (!stopped.aborted) await new Promise<void>((resolve) => stopped.addEventListener('abort', () => resolve(), { once: true }))
  terminal.stopping()
  await life?.()
}

/** Seeds and runs the sandbox. Returns how to wait for its end after `stopped`. */
async function bringToLife(
  base: Base,
  platform: Platform,
  clock: ReplayClock,
  series: readonly Series[],
  terminal: Terminal,
  show: (examples: Example[]) => void,
  stopped: AbortSignal,
): Promise<() => Promise<void>> {
  const { admin, log, config } = base
  let state = await seedOnce(base, platform, clock, series, terminal, stopped)
  // Asked for again with each session: a cursor does not last for ever.
  const showFeatured = async (featured: { readonly postId: string; readonly sessionId: string }) =>
    show(examplesFor({ ...featured, signalsAfter: await cursorBeforeSignals(platform.events, SHOWN_SIGNALS) }))
  await showFeatured(state.featured)
  const api = patient(apiOf(platform), stopped)
  await endLeftMeetings(api, nextDay(state.day)).catch((error: unknown) => log.warn({ err: error }, LEFT_OPEN))
  const lastDay = new Date(commonDays(series).last.getTime() + DAY_MS)
  clock.run(config.clockSpeed, lastDay)
  const pause = (ms: number) => pauseUntil(ms, stopped)
  const waitUntil = async (at: Date) => {
    while (clock.now() < at && !stopped.aborted)
      await pause(Math.min(60_000, (at.getTime() - clock.now().getTime()) / config.clockSpeed + 1))
    if (stopped.aborted) throw new Error('the sandbox was stopped')
  }
  const markets = await readMarkets(api)
  const parts = [
    runSandbox({
      platform,
      clock,
      api,
      state,
      lastDay,
      admin,
      log,
      waitUntil,
      signal: stopped,
      onDay: (reached) => (state = reached),
    }),
    keepRoomOpen({
      api,
      clock,
      markets,
      posts: () => state.recentPosts,
      leadMs: config.clockSpeed * ROOM_LEAD_MS,
      onOpen: (sessionId) => showFeatured({ postId: state.featured.postId, sessionId }),
      pause,
      log,
      signal: stopped,
    }),
    saveClockWhile(admin, clock, pause, stopped),
  ]
  return async () => {
    await Promise.all(parts)
    await saveClock(admin, clock.now()).catch(() => {})
  }
}

async function saveClockWhile(
  admin: Database,
  clock: ReplayClock,
  pause: (ms: number) => Promise<void>,
  stopped: AbortSignal,
): Promise<void> {
  while (!stopped.aborted) {
    await pause(SAVE_CLOCK_EVERY_MS)
    // A database that is away is told elsewhere; the clock is saved at the next look.
    if (!stopped.aborted) await saveClock(admin, clock.now()).catch(() => {})
  }
}

/** `planet seed`: fills the database with the sandbox and ends. */
export async function seed(env: Environment, terminal: Terminal): Promise<void> {
  const stopped = untilStopped(env)
  await using base = await openBase(env, terminal)
  const series = readSeries(base.config)
  const clock = clockOf(await findSandboxState(base.admin), series)
  await using platform = await openPlatform({ ...platformOptions(base), clock })
  const state = await seedOnce(base, platform, clock, series, terminal, stopped)
  terminal.say(
    `The sandbox stands at ${state.clockAt.toISOString()}; the next day is ${nextDay(state.day).toISOString().slice(0, 10)}.`,
  )
}

/** `planet token`: a development token for one of the named people. */
export async function token(env: Environment, name: string, lifetimeS: number): Promise<string> {
  const { config, gatewayConfig } = readConfigs(env)
  const identity = await openIdentity(openHome(config.home), gatewayConfig)
  if (identity.kind !== 'development') throw new Error('Tokens come from the identity provider of OIDC_ISSUER, not from here.')
  const { maxTokenLifeS } = gatewayConfig.options
  if (lifetimeS > maxTokenLifeS)
    throw new Error(`No token is taken that lives longer than ${maxTokenLifeS / 60} minutes: set PLANET_MAX_TOKEN_MINUTES.`)
  const { userId, roles } = getPerson(name)
  return identity.issuer.issueToken({ userId, roles, lifetimeS })
}
