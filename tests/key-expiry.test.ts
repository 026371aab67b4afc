import { openDatabase } from '@planet/runtime/database'
import { newId } from '@planet/runtime/ids'
import { eventually } from '@planet/runtime/testing/patience'
import { newKey } from '@planet/runtime/testing/subgraph'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestPlatform, type TestPlatform } from './support/platform.ts'

const SUBGRAPHS = ['circles', 'creators', 'incentives', 'live', 'posts', 'trading']
/** More than go in one transaction. */
const MANY = 2_500

let test: TestPlatform
let admin: ReturnType<typeof openDatabase>
beforeAll(async () => {
  // Its clock stands in another year than the machine's.
  test = await startTestPlatform(8)
  admin = openDatabase({ url: test.databaseUrl, role: null, audience: 'interactive', maxConnections: 2 })
})
afterAll(async () => {
  await admin.close()
  await test[Symbol.asyncDispose]()
})

const countOf = async (name: string) =>
  Number((await admin.sql<{ count: string }[]>`select count(*) from ${admin.sql(name)}.idempotency_key`)[0]?.count)
const ageKeys = (name: string, days: number, key: string) => admin.sql`
  update ${admin.sql(name)}.idempotency_key set stored_at = stored_at - make_interval(days => ${days}::int) where key = ${key}`

/** Lets a subgraph look for keys that are too old, as it does at its start and every minute. */
async function expireKeys(name: string, until: () => Promise<void>): Promise<void> {
  const worker = test.platform.subgraphs
    .find((subgraph) => subgraph.name === name)
    ?.workers.find((each) => each.name === 'key-expiry')
  if (!worker) throw new Error(`${name} keeps keys for ever`)
  const stop = new AbortController()
  const running = worker.run(stop.signal)
  try {
    await eventually(until)
  } finally {
    stop.abort()
    await running
  }
}

it('every subgraph forgets keys after 30 days of real time, however many, and none before', async () => {
  for (const name of SUBGRAPHS) {
    const before = await countOf(name)
    expect(before, name).toBeGreaterThan(0)
    const userId = newId<'User'>(new Date())
    await admin.sql`
      insert into ${admin.sql(name)}.idempotency_key (user_id, mutation, key, input_hash, result_id, at, stored_at)
      select ${userId}::uuid, 'm', 'old ' || i, 'h', 'r', now(), now() - interval '30 days' from generate_series(1, ${MANY}::int) i
      union all select ${userId}::uuid, 'm', 'young ' || i, 'h', 'r', '2001-01-01', now() - interval '29 days 23 hours' from generate_series(1, 10) i`
    await expireKeys(name, async () => expect(await countOf(name), name).toBe(before + 10))
  }
})

it('a repeat is answered alike for 30 days, and after that is a new call', async () => {
  const { state } = test
  const [idempotencyKey, other] = [newKey(), newKey()]
  const touch = (kind: string, visibleMs: number | null, key = idempotencyKey) =>
    test.query(
      'emil',
      'mutation ($input: RecordTouchInput!) { recordTouch(input: $input) { ... on RecordTouchSuccess { touch { id } } } }',
      {
        input: { idempotencyKey: key, postId: state.featured.postId, kind, surface: 'FEED', visibleMs },
      },
    )
  const first = await touch('CLICK', null)
  await touch('CLICK', null, other)
  await ageKeys('incentives', 29, idempotencyKey)
  const before = await countOf('incentives')
  await ageKeys('incentives', 31, other)
  await expireKeys('incentives', async () => expect(await countOf('incentives')).toBe(before - 1))
  expect(await touch('CLICK', null)).toEqual(first)
  expect((await touch('VIEW', 9_000)).errors?.[0]?.extensions?.code).toBe('CONFLICT')
  await ageKeys('incentives', 1, idempotencyKey)
  await expireKeys('incentives', async () => expect(await countOf('incentives')).toBe(before - 2))
  const anew = await touch('VIEW', 9_000)
  expect(anew.errors).toBeUndefined()
  expect(anew.data.recordTouch.touch.id).not.toBe(first.data.recordTouch.touch.id)
})
