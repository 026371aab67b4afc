import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDevIssuer } from '@planet/gateway/identity/dev-issuer'
import { people } from '@planet/platform/people'
import { openPlatform, type Platform } from '@planet/platform/platform'
import { wallClock } from '@planet/runtime/clock'
import { newId } from '@planet/runtime/ids'
import { silentLog } from '@planet/runtime/log'
import { createTestDatabase, type TestDatabase } from '@planet/runtime/testing/database'
import { eventually } from '@planet/runtime/testing/patience'
import { sampleOf } from '@planet/runtime/testing/samples'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, it } from 'vitest'

const CONSUMERS = [
  'circles.circles',
  'incentives.incentives',
  'insights.identities',
  'insights.insights',
  'live.live',
  'posts.posts',
  'trading.creators',
  'trading.trading',
]
const HELD_UP = 'incentives.incentives'

const home = mkdtempSync(join(tmpdir(), 'planet-home-'))
let database: TestDatabase
let admin: postgres.Sql
let platform: Platform
let metricsUrl: string | null

beforeAll(async () => {
  database = await createTestDatabase()
  admin = postgres(database.url, { max: 2, onnotice: () => {} })
  platform = await openPlatform({
    mode: 'development',
    databaseUrl: database.url,
    clock: wallClock,
    identity: { kind: 'development', issuer: await openDevIssuer(home), people },
    log: silentLog,
  })
  metricsUrl = (await platform.gateway.listen({ host: '127.0.0.1', port: 0, metricsPort: 0 })).metricsUrl
})
afterAll(async () => {
  await platform.close()
  await admin.end({ timeout: 5 })
  await database.drop()
  rmSync(home, { recursive: true, force: true })
})

/** What `/metrics` says of each consumer. */
async function readGauge(name: 'position' | 'lag_events' | 'lag_seconds'): Promise<Readonly<Record<string, number>>> {
  const text = await (await fetch(metricsUrl ?? '')).text()
  const lines = text.matchAll(new RegExp(`^planet_consumer_${name}\\{consumer="([^"]+)"\\} (\\S+)$`, 'gm'))
  return Object.fromEntries([...lines].map(([, consumer = '', value]) => [consumer, Number(value)]))
}
const all = (value: number) => Object.fromEntries(CONSUMERS.map((name) => [name, value]))

/** Facts that somebody has registered. */
async function register(count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    const userId = newId<'User'>(new Date())
    const payload = admin.json({ ...sampleOf('creators.UserRegistered'), userId, handle: `user_${n}` })
    await admin`select event_log.append(${`user:${userId}`}, 'creators.UserRegistered', ${payload}, now())`
  }
}

it('tells of each consumer how far it is, and how far behind while something holds it up', async () => {
  await register(2)
  await platform.idle()
  await eventually(async () => expect(await readGauge('lag_events')).toEqual(all(0)))
  expect(await readGauge('position')).toEqual(all(2))
  expect(await readGauge('lag_seconds')).toEqual(all(0))

  await admin.begin(async (tx) => {
    // It writes nothing, which would hold up the log as well.
    await tx`lock table incentives.consumer_position in exclusive mode`
    await register(3)
    await eventually(async () => expect(await readGauge('lag_events')).toEqual({ ...all(0), [HELD_UP]: 3 }))
    expect(await readGauge('position')).toEqual({ ...all(5), [HELD_UP]: 2 })
    await eventually(async () => expect((await readGauge('lag_seconds'))[HELD_UP]).toBeGreaterThan(0))
  })
  await platform.idle()
  expect(await readGauge('lag_events')).toEqual(all(0))
  expect(await readGauge('position')).toEqual(all(5))
  expect(await readGauge('lag_seconds')).toEqual(all(0))
})
