import type { ReplayClock } from '@planet/runtime/clock'
import { type Database, openDatabase, roleOf } from '@planet/runtime/database'
import type { Logger } from '@planet/runtime/log'
import { commonDays, loadSeries } from '../market-data/load.ts'
import type { Series } from '../market-data/series.ts'
import type { Platform } from '../platform.ts'
import { type Api, patient } from './api.ts'
import { playDay, type Stage } from './day.ts'
import { chooseFeatured } from './featured.ts'
import { openCircle, register } from './opening.ts'
import { readMarkets, type SandboxPost } from './publishing.ts'
import { type SandboxState, saveSandboxState } from './state.ts'

const DAY_MS = 86_400_000
/** Days that a seed plays at most, and those that stay for the clock to run on after such a seed. */
const SEED_DAYS = 60
const DAYS_LEFT = 60
/** Candles that the rules look back on. */
const LOOK_BACK_DAYS = 40
const RECENT_POSTS = 20

const dayOf = (at: Date) => new Date(Math.floor(at.getTime() / DAY_MS) * DAY_MS)
const nameOf = (day: Date) => day.toISOString().slice(0, 10)
export const nextDay = (day: string) => new Date(new Date(`${day}T00:00:00Z`).getTime() + DAY_MS)

/** The instant at which a sandbox on these series begins. */
export function seedStart(series: readonly Series[]): Date {
  const { first, last } = commonDays(series)
  const start = Math.max(first.getTime() + LOOK_BACK_DAYS * DAY_MS, last.getTime() - (SEED_DAYS + DAYS_LEFT) * DAY_MS)
  return new Date(start)
}

/** Brings `clock` to an instant and lets everything that is due by then happen. Throws once `signal` aborts. */
const stepping = (platform: Platform, clock: ReplayClock, signal: AbortSignal) => async (at: Date) => {
  if (signal.aborted) throw new Error('the sandbox was stopped; the next start takes it up again')
  clock.advance(at)
  await platform.idle()
}

/**
 * Fills an empty platform: lists the instruments, imports their candles, and plays the seed's days through the public
 * API. The same series give the same outcomes and the same linked trades. `clock` must stand at `seedStart`. A seed that
 * was broken off is repeated from its start: what it did already has its idempotency keys and stays as it is.
 */
export const seedSandbox = (options: SeedOptions): Promise<SandboxState> => options.platform.unhurried(() => playSeed(options))

type SeedOptions = {
  readonly platform: Platform
  readonly clock: ReplayClock
  readonly api: Api
  readonly series: readonly Series[]
  readonly databaseUrl: string
  readonly admin: Database
  readonly onProgress: (text: string) => void
  /** At most 60. */
  readonly days: number
  readonly signal: AbortSignal
}

async function playSeed(options: SeedOptions): Promise<SandboxState> {
  const { platform, clock, series, onProgress, days, signal } = options
  const api = patient(options.api, signal)
  const start = dayOf(clock.now())
  onProgress('importing candles')
  const trading = openDatabase({ url: options.databaseUrl, role: roleOf('trading'), audience: 'analyst', maxConnections: 1 })
  try {
    await loadSeries(trading, series, clock.now())
  } finally {
    await trading.close()
  }
  onProgress('registering people')
  await register(api)
  await platform.idle()
  const circleId = await openCircle(api)
  await platform.idle()
  const stage: Stage = {
    api,
    markets: await readMarkets(api),
    circleId,
    waitUntil: stepping(platform, clock, signal),
    settle: platform.idle,
    signal,
  }

  const recentPosts: SandboxPost[] = []
  let day = start
  for (let i = 0; i < days; i++, day = new Date(day.getTime() + DAY_MS)) {
    onProgress(`playing ${nameOf(day)} (${i + 1} of ${days})`)
    const posts = await playDay(stage, day)
    recentPosts.push(...posts)
  }
  await stage.waitUntil(day)
  const state: SandboxState = {
    clockAt: clock.now(),
    day: nameOf(new Date(day.getTime() - DAY_MS)),
    circleId,
    recentPosts: recentPosts.slice(-RECENT_POSTS),
    featured: await chooseFeatured(api),
  }
  await saveSandboxState(options.admin, state)
  return state
}

/** Plays on while the clock runs, one day after the other, until the data end or `signal` aborts. */
export async function runSandbox(options: {
  readonly platform: Platform
  readonly clock: ReplayClock
  readonly api: Api
  readonly state: SandboxState
  readonly lastDay: Date
  readonly admin: Database
  readonly log: Logger
  readonly waitUntil: (at: Date) => Promise<void>
  readonly signal: AbortSignal
  readonly onDay: (state: SandboxState) => void
}): Promise<void> {
  const { platform, clock, lastDay, admin, log, signal, onDay } = options
  const api = patient(options.api, signal)
  let state = options.state
  const stage: Stage = {
    api,
    markets: await readMarkets(api),
    circleId: state.circleId,
    waitUntil: options.waitUntil,
    settle: platform.idle,
    signal,
  }
  for (let day = nextDay(state.day); day <= lastDay && !signal.aborted; day = nextDay(state.day)) {
    try {
      const posts = await playDay(stage, day)
      state = {
        ...state,
        clockAt: clock.now(),
        day: nameOf(day),
        recentPosts: [...state.recentPosts, ...posts].slice(-RECENT_POSTS),
      }
      await saveSandboxState(admin, state)
      onDay(state)
    } catch (error) {
      if (signal.aborted) return
      log.warn({ err: error, day: nameOf(day) }, 'the sandbox could not play a day; it goes on with the next')
      state = { ...state, day: nameOf(day) }
    }
  }
}
