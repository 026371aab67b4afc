import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createGateway, type Gateway } from '@planet/gateway/gateway'
import { openDevIssuer } from '@planet/gateway/identity/dev-issuer'
import { createHttpTransport } from '@planet/gateway/subgraphs/http-transport'
import { getPerson, people } from '@planet/platform/people'
import { openPlatform, type Platform, readSupergraph } from '@planet/platform/platform'
import { wallClock } from '@planet/runtime/clock'
import { type Database, openDatabase } from '@planet/runtime/database'
import { silentLog } from '@planet/runtime/log'
import { type ServedSubgraph, serve } from '@planet/runtime/serve'
import { createTestDatabase, type TestDatabase } from '@planet/runtime/testing/database'
import { countWaiting, whileLocked } from '@planet/runtime/testing/lock'
import { eventually } from '@planet/runtime/testing/patience'
import { type Answer, newKey } from '@planet/runtime/testing/subgraph'
import { newProcessKey } from '@planet/runtime/viewer-keys'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

/** What a statement may go on for once nobody waits for its answer. */
const CANCELLED_WITHIN_MS = 1_000

const home = mkdtempSync(join(tmpdir(), 'planet-cancelled-'))
let testDatabase: TestDatabase
let platform: Platform
let admin: Database
let apart: Gateway
const served: ServedSubgraph[] = []
const urls = { 'all-in-one': '', apart: '' }
let tokenOf: (name: string) => Promise<string>
let userId = ''

beforeAll(async () => {
  testDatabase = await createTestDatabase()
  admin = openDatabase({ url: testDatabase.url, role: null, audience: 'analyst' })
  const issuer = await openDevIssuer(home)
  tokenOf = async (name) => issuer.issueToken({ userId: getPerson(name).userId, roles: getPerson(name).roles, lifetimeS: 600 })
  userId = getPerson('ada').userId
  const common = {
    mode: 'development',
    viewerKey: newProcessKey(),
    identity: { kind: 'development', issuer, people },
    log: silentLog,
  } as const
  platform = await openPlatform({ ...common, databaseUrl: testDatabase.url, clock: wallClock })
  const transports: Record<string, ReturnType<typeof createHttpTransport>> = {}
  for (const subgraph of platform.subgraphs) {
    const one = await serve(subgraph, { host: '127.0.0.1', port: 0, log: silentLog })
    served.push(one)
    transports[subgraph.name] = createHttpTransport(one.url)
  }
  apart = await createGateway({ ...common, supergraphSdl: readSupergraph(), transports, graphiql: null })
  urls['all-in-one'] = (await platform.gateway.listen({ host: '127.0.0.1', port: 0 })).url
  urls.apart = (await apart.listen({ host: '127.0.0.1', port: 0 })).url
  for (const name of ['ada', 'otto']) {
    const input = (rest: string) => `(input: { idempotencyKey: "${newKey()}", ${rest} }) { __typename }`
    const registered = input(`handle: "${name}", displayName: "${name}"`)
    await send('all-in-one', name, `mutation { registerUser${registered} openCreatorProfile${input('headline: ""')} }`)
  }
})

afterAll(async () => {
  await apart?.close()
  await Promise.all(served.map((one) => one.close()))
  await platform?.close()
  await admin?.close()
  await testDatabase?.drop()
  rmSync(home, { recursive: true, force: true })
})

type Way = keyof typeof urls

async function send(way: Way, person: string | null, query: string, signal?: AbortSignal): Promise<Answer> {
  const response = await fetch(`${urls[way]}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(person === null ? {} : { authorization: `Bearer ${await tokenOf(person)}` }),
    },
    body: JSON.stringify({ query }),
    ...(signal ? { signal } : {}),
  })
  return (await response.json()) as Answer
}

const untilWaiting = (count: number) => eventually(async () => expect(await countWaiting(admin.sql)).toBe(count), 5)
const locked = (table: string, work: () => Promise<void>) => whileLocked(testDatabase.url, table, work)

const READS: Record<string, { table: string; query: () => string }> = {
  'a page': { table: 'posts.post', query: () => `{ publicFeed(first: 3) { edges { node { title } } } }` },
  'an entity': { table: 'creators.creator', query: () => `{ creator(id: "${userId}") { displayName } }` },
}

describe.each(['all-in-one', 'apart'] as const)('%s, a statement', (way) => {
  beforeEach(() => untilWaiting(0))

  // The first time, once it is prepared, and once more.
  it.each([1, 2, 3])('went on for 3 s after its client had gone; it is stopped within a second (time %i)', async () => {
    for (const { table, query } of Object.values(READS)) {
      await locked(table, async () => {
        const client = new AbortController()
        const answer = send(way, 'ada', query(), client.signal).catch(() => 'gone')
        await untilWaiting(1)
        const goneAt = performance.now()
        client.abort()
        expect(await answer).toBe('gone')
        await untilWaiting(0)
        expect(performance.now() - goneAt).toBeLessThan(CANCELLED_WITHIN_MS)
      })
      expect(await send(way, 'ada', query())).not.toHaveProperty('errors')
    }
  })

  it('is stopped within a second once the deadline of the call is over', async () => {
    await locked('posts.post', async () => {
      const answer = await send(way, 'ada', READS['a page']?.query() ?? '')
      const answeredAt = performance.now()
      expect(answer.errors?.[0]?.extensions?.code).toBe('UNAVAILABLE')
      await untilWaiting(0)
      expect(performance.now() - answeredAt).toBeLessThan(CANCELLED_WITHIN_MS)
    })
  })

  it('of a mutation is stopped and rolled back, and the mutation behind it never begins', async () => {
    const countOf = async () =>
      (
        await admin.sql<{ count: number }[]>`
        select (select count(*) from creators.follow)::int + (select count(*) from creators.idempotency_key)::int as count`
      )[0]?.count
    const before = await countOf()
    const follow = (alias: string) =>
      `${alias}: followCreator(input: { idempotencyKey: "${newKey()}", creatorId: "${getPerson('otto').userId}" }) { __typename }`
    const both = `mutation { ${follow('one')} ${follow('two')} }`
    await locked('creators.follow', async () => {
      const client = new AbortController()
      const answer = send(way, 'ada', both, client.signal).catch(() => 'gone')
      await untilWaiting(1)
      const goneAt = performance.now()
      client.abort()
      expect(await answer).toBe('gone')
      await untilWaiting(0)
      expect(performance.now() - goneAt).toBeLessThan(CANCELLED_WITHIN_MS)
    })
    await platform.idle()
    expect(await countOf()).toBe(before)
    const { data } = await send(way, 'ada', both)
    expect(data).toMatchObject({ one: { __typename: 'FollowCreatorSuccess' }, two: { __typename: 'FollowCreatorSuccess' } })
  })
})
