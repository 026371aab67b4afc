import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDevIssuer } from '@planet/gateway/dev-issuer'
import { getPerson, people } from '@planet/platform/people'
import { openPlatform } from '@planet/platform/platform'
import { apiOf } from '@planet/platform/start'
import { wallClock } from '@planet/runtime/clock'
import { openDatabase } from '@planet/runtime/database'
import { createExpiry } from '@planet/runtime/event-expiry'
import { silentLog } from '@planet/runtime/log'
import { createTestDatabase } from '@planet/runtime/testing/database'
import { newKey } from '@planet/runtime/testing/subgraph'
import { createClient } from 'graphql-ws'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { PATIENCE_MS } from './support/processes.ts'

vi.setConfig({ testTimeout: 2 * PATIENCE_MS, hookTimeout: 2 * PATIENCE_MS })

const home = mkdtempSync(join(tmpdir(), 'planet-expiry-'))
const opened: { close(): Promise<unknown> }[] = []
let databaseUrl: string

beforeAll(async () => {
  const { url, drop } = await createTestDatabase()
  databaseUrl = url
  opened.push({ close: drop })
})
// What was opened last is closed first.
afterAll(async () => {
  for (const each of opened.reverse()) await each.close()
  rmSync(home, { recursive: true, force: true })
})

/** One life of the whole platform, which remembers nothing of the one before but what is in the database. */
async function startLife() {
  const issuer = await openDevIssuer(home)
  const platform = await openPlatform({
    mode: 'development',
    databaseUrl,
    clock: wallClock,
    viewerSecret: randomBytes(32),
    identity: { kind: 'development', issuer, people },
    log: silentLog,
  })
  const { url } = await platform.gateway.listen({ host: '127.0.0.1', port: 0 })
  const api = apiOf(platform)
  const mutate = async (person: string, mutation: string, input: Record<string, unknown>, selection = '') => {
    const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`
    const text = `mutation ($input: ${type}!) { ${mutation}(input: $input) { __typename ${selection} } }`
    return (await api(getPerson(person), text, { input: { idempotencyKey: newKey(), ...input } }))[mutation]
  }
  /** The activity of a circle after a cursor. */
  const follow = async (circleId: string, after: string) => {
    const { userId, roles } = getPerson('dina')
    const authorization = `Bearer ${await issuer.issueToken({ userId, roles, lifetimeS: 600 })}`
    const client = createClient({
      url: `${url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      connectionParams: { authorization },
    })
    const results = client.iterate({
      query: `subscription ($circleId: ID!, $after: Cursor) {
        circleActivity(circleId: $circleId, after: $after) { seq cursor kind user { handle } } }`,
      variables: { circleId, after },
    })
    const { value } = await results.next()
    await client.dispose()
    return value
  }
  return { platform, mutate, follow }
}

it('a cursor that events have expired behind is answered with where to go on, and from there the stream goes on', async () => {
  const first = await startLife()
  for (const name of ['dina', 'emil']) await first.mutate(name, 'registerUser', { handle: name, displayName: name })
  await first.mutate('dina', 'openCreatorProfile', { headline: 'H' })
  await first.platform.idle()
  const input = { name: 'Friends', purpose: '', admissionPolicy: 'OPEN' }
  const { circle } = await first.mutate('dina', 'openCircle', input, '... on OpenCircleSuccess { circle { id } }')
  const before = await first.platform.events.settled()
  await first.mutate('emil', 'joinCircle', { circleId: circle.id })
  await first.platform.idle()
  const head = await first.platform.events.settled()
  expect(await first.follow(circle.id, before)).toMatchObject({ data: { circleActivity: { user: { handle: 'emil' } } } })
  await first.platform.close()

  const admin = openDatabase({ url: databaseUrl, role: null, audience: 'relay' })
  const relay = openDatabase({ url: databaseUrl, role: 'planet_relay', audience: 'relay' })
  opened.push(admin, relay)
  const expiry = createExpiry(relay, silentLog)
  const passHours = (hours: number) => admin.sql`update event_log.milestone set at = at - make_interval(hours => ${hours}::int)`
  await passHours(2)
  await expiry.idle()
  await passHours(24)

  const second = await startLife()
  opened.push(second.platform)
  const isExpired = async () => {
    await expiry.idle()
    expect(await second.platform.events.oldest()).toBe(head)
  }
  await vi.waitFor(isExpired, { timeout: PATIENCE_MS })
  const refused = await second.follow(circle.id, before)
  expect(refused?.data ?? null).toBeNull()
  expect(refused?.errors?.[0]?.extensions).toEqual({ code: 'CURSOR_EXPIRED', oldest: head })

  await second.mutate('emil', 'leaveCircle', { circleId: circle.id })
  expect(await second.follow(circle.id, head)).toMatchObject({ data: { circleActivity: { user: { handle: 'emil' } } } })
})
