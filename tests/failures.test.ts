import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDevIssuer } from '@planet/gateway/identity/dev-issuer'
import { getPerson, people } from '@planet/platform/people'
import { migrateAll, openPlatform, type Platform } from '@planet/platform/platform'
import { wallClock } from '@planet/runtime/clock'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@planet/runtime/embedded-postgres'
import { processesIn, signalTo } from '@planet/runtime/embedded-postgres/processes'
import { silentLog } from '@planet/runtime/log'
import { newKey } from '@planet/runtime/testing/subgraph'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask } from './support/processes.ts'

/** Of any call, whatever the database does. */
const DEADLINE_MS = 6_000

const home = mkdtempSync(join(tmpdir(), 'planet-failures-'))
const data = join(home, 'postgres', 'data')
let server: EmbeddedPostgres
let platform: Platform
let url: string
let tokenOf: (name: string) => Promise<string>

beforeAll(async () => {
  server = await startEmbeddedPostgres({ home, log: silentLog })
  await migrateAll(server.url)
  const issuer = await openDevIssuer(home)
  tokenOf = async (name) => {
    const { userId, roles } = getPerson(name)
    return issuer.issueToken({ userId, roles, lifetimeS: 600 })
  }
  platform = await openPlatform({
    mode: 'development',
    databaseUrl: server.url,
    clock: wallClock,
    mutationRateFactor: 1_000,
    identity: { kind: 'development', issuer, people },
    log: silentLog,
  })
  ;({ url } = await platform.gateway.listen({ host: '127.0.0.1', port: 0 }))
  for (const name of ['otto', 'ada']) await mutate(name, 'registerUser', { handle: name, displayName: name })
})

afterAll(async () => {
  await platform?.close()
  await server?.stop()
  rmSync(home, { recursive: true, force: true })
})

async function query(person: string, text: string, variables: Record<string, unknown> = {}) {
  const { body } = await ask(`${url}/graphql`, text, { variables, token: await tokenOf(person) })
  return body
}

/** The name of the result's type, or the code of the error. */
async function mutate(person: string, mutation: string, input: Record<string, unknown>): Promise<unknown> {
  const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`
  const text = `mutation ($input: ${type}!) { ${mutation}(input: $input) { __typename } }`
  const { data, errors } = await query(person, text, { input: { idempotencyKey: newKey(), ...input } })
  return errors?.[0]?.extensions?.code ?? data[mutation].__typename
}

const FEED = '{ publicFeed(first: 100) { edges { node { title author { handle } linkedTrades(first: 1) { totalCount } } } } }'
const statusOf = async (path: string) => (await fetch(`${url}${path}`)).status
const untilReady = () => expect.poll(() => statusOf('/readyz')).toBe(200)

/** Of a database that does not answer, a client learns the code alone, and soon. */
async function expectUnavailable(): Promise<void> {
  const calls = [
    ...Array.from({ length: 20 }, () => query('ada', FEED)),
    ...Array.from({ length: 5 }, () =>
      query('ada', 'mutation ($input: FollowCreatorInput!) { followCreator(input: $input) { __typename } }', {
        input: { idempotencyKey: newKey(), creatorId: getPerson('otto').userId },
      }),
    ),
  ]
  const start = performance.now()
  for (const answer of await Promise.all(calls)) {
    expect(answer.data ?? null).toBeNull()
    expect(answer.errors?.map(({ extensions }) => extensions?.code)).toEqual(['UNAVAILABLE'])
    expect(JSON.stringify(answer)).not.toMatch(/127\.0\.0\.1|ECONN|postgres|select |insert |planet_|\bat \/|\.ts\b/i)
  }
  expect(performance.now() - start).toBeLessThan(DEADLINE_MS)
}

describe('a database that is away', () => {
  it('costs every call a coded error in time and the process nothing; what was tried is repeated with its key', async () => {
    const profile = { idempotencyKey: newKey(), headline: 'Outlives a database.' }
    const { port } = new URL(server.url)
    await server.stop()

    await expectUnavailable()
    expect(await mutate('otto', 'openCreatorProfile', profile)).toBe('UNAVAILABLE')
    expect([await statusOf('/healthz'), await statusOf('/readyz')]).toEqual([200, 503])

    server = await startEmbeddedPostgres({ home, port: Number(port), log: silentLog })
    await untilReady()
    expect(await mutate('otto', 'openCreatorProfile', profile)).toBe('OpenCreatorProfileSuccess')
    expect(await mutate('otto', 'openCreatorProfile', profile)).toBe('OpenCreatorProfileSuccess')
    // Another subgraph hears of it: relay and consumers have caught up.
    await platform.idle()
    expect(await publish('After the outage', newKey())).toBe('PublishPostSuccess')
    expect(await titles()).toEqual(['After the outage'])
  })

  it('is found again when it was killed under load, and each repeated call has happened once', async () => {
    const keys = Array.from({ length: 80 }, (_, i) => ({ title: `Post ${i}`, key: newKey() }))
    const first = keys.map(({ title, key }) => publish(title, key))
    await Promise.race(first)
    for (const pid of new Set([server.pid, ...processesIn(data)])) signalTo(pid, 'SIGKILL')
    for (const result of await Promise.all(first)) expect(result).toMatch(/^(PublishPostSuccess|UNAVAILABLE)$/)
    expect(await Promise.all(first)).toContain('UNAVAILABLE')

    await untilReady()
    for (const { title, key } of keys) expect(await publish(title, key)).toBe('PublishPostSuccess')
    expect((await titles()).filter((title) => title.startsWith('Post ')).sort()).toEqual(keys.map(({ title }) => title).sort())
  })

  it('that hangs is not waited for', async () => {
    const all = [...new Set([server.pid, ...processesIn(data)])]
    for (const pid of all) signalTo(pid, 'SIGSTOP')
    try {
      await expectUnavailable()
      const asked = performance.now()
      expect(await statusOf('/readyz')).toBe(503)
      expect(performance.now() - asked).toBeLessThan(DEADLINE_MS)
    } finally {
      for (const pid of all) signalTo(pid, 'SIGCONT')
    }
    await untilReady()
    expect(await publish('After the stall', newKey())).toBe('PublishPostSuccess')
    await platform.idle()
  })
})

const publish = (title: string, idempotencyKey: string) =>
  mutate('otto', 'publishPost', { idempotencyKey, kind: 'INSIGHT', title, body: 'Still here.' })

async function titles(): Promise<string[]> {
  const { data } = await query('ada', FEED)
  return data.publicFeed.edges.map((edge: { node: { title: string } }) => edge.node.title)
}
