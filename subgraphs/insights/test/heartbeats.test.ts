import type { SubgraphDeps } from '@planet/runtime/subgraph'
import { signedRequest } from '@planet/runtime/testing/signed-request'
import { newViewer, startTestSubgraph, TEST_START, type TestSubgraph } from '@planet/runtime/testing/subgraph'
import type { Viewer } from '@planet/runtime/viewer'
import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/postgres-js'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { findActiveMinutes } from '../src/heartbeats/db/heard-minute.ts'
import { heardMinutes } from '../src/heartbeats/db/tables.ts'
import { createInsightsSubgraph } from '../src/subgraph.ts'

const MINUTE_MS = 60_000
let insights: TestSubgraph
let deps: SubgraphDeps
let db: ReturnType<typeof drizzle<Record<string, never>>>
/** The machine's time, which stands still unless a test moves it; the platform's is another. */
let machineMs = Date.parse('2026-12-01T12:00:00.000Z')
beforeAll(async () => {
  insights = await startTestSubgraph((given) => createInsightsSubgraph((deps = given), () => new Date(machineMs)))
  db = drizzle(insights.databaseUrl)
})
afterAll(async () => {
  await db.$client.end()
  await insights[Symbol.asyncDispose]()
})

const RECORD = `mutation ($input: RecordHeartbeatInput!) { recordHeartbeat(input: $input) {
  __typename ... on RecordHeartbeatSuccess { nextAfter } ... on InvalidInput { faults { field } } } }`

async function beat(viewer: Viewer | null, input: { readonly isIdle?: boolean; readonly deviceId?: string } = {}) {
  const { data, errors } = await insights.query(viewer, RECORD, { input: { deviceId: 'a phone', isIdle: false, ...input } })
  if (errors) throw Object.assign(new Error(errors[0]?.message), { code: errors[0]?.extensions?.code })
  return data.recordHeartbeat
}

/** A heartbeat every 30 seconds, one for each letter: A where something was done, i where nothing was, - for none. */
async function beats(viewer: Viewer, letters: string, deviceId = 'a phone') {
  for (const letter of letters) {
    if (letter !== '-') await beat(viewer, { isIdle: letter === 'i', deviceId })
    machineMs += MINUTE_MS / 2
  }
  await insights.idle()
}

/** The user's active minutes, counted from `startMs`. */
async function activeSince(viewer: Viewer, startMs: number, from = startMs) {
  const minutes = await findActiveMinutes(db, viewer.userId, new Date(from), new Date(machineMs))
  return minutes.map((minute) => (minute.getTime() - startMs) / MINUTE_MS)
}
const heardOf = async (viewer: Viewer) => (await db.select().from(heardMinutes)).filter(({ userId }) => userId === viewer.userId)

it('keeps the minutes in which a user was there, by real time, and counts none after 60 idle seconds', async () => {
  const viewer = newViewer()
  const startMs = machineMs
  // Something done until 12:00:30 and nothing from then on; away from 12:05; back at 12:07.
  await beats(viewer, 'AAiiiiiiii----iA')
  expect(await activeSince(viewer, startMs)).toEqual([0, 1, 7])
  expect(await heardOf(viewer)).toHaveLength(6)
  // From the middle of the way what was done before still counts.
  expect(await activeSince(viewer, startMs, startMs + MINUTE_MS)).toEqual([1, 7])
  expect(await findActiveMinutes(db, viewer.userId, TEST_START, new Date(TEST_START.getTime() + 86_400_000))).toEqual([])
})

it('takes one of a device in each half minute: more of them change nothing', async () => {
  const viewer = newViewer()
  const startMs = machineMs
  const taken = { __typename: 'RecordHeartbeatSuccess', nextAfter: 'PT30S' }
  expect(await beat(viewer, { isIdle: true })).toEqual(taken)
  machineMs += 29_999
  expect(await beat(viewer)).toEqual(taken)
  await insights.idle()
  const first = { userId: viewer.userId, minute: new Date(startMs), lastActiveAt: null, firstIdleAt: new Date(startMs) }
  expect(await heardOf(viewer)).toEqual([first])
  machineMs += 1
  await beat(viewer)
  await insights.idle()
  expect(await heardOf(viewer)).toEqual([{ ...first, lastActiveAt: new Date(startMs + 30_000) }])
  machineMs += 30_000
})

it('takes what is done on any device for done, and keeps one row of a minute whatever their number', async () => {
  const viewer = newViewer()
  const startMs = machineMs
  for (const deviceId of ['a phone', 'a desk', '🪐']) await beat(viewer, { deviceId, isIdle: deviceId !== 'a desk' })
  await beats(viewer, '--')
  expect(await activeSince(viewer, startMs)).toEqual([0])
  expect(await heardOf(viewer)).toHaveLength(1)
})

it('adds up what replicas hear', async () => {
  const viewer = newViewer()
  const startMs = machineMs
  const replica = createInsightsSubgraph(deps, () => new Date(machineMs))
  try {
    const [key] = deps.viewerKeys
    if (!key) throw new Error('a subgraph has a key')
    for (const [index, subgraph] of [insights.subgraph, replica, insights.subgraph, replica].entries()) {
      const operation = { query: RECORD, variables: { input: { deviceId: 'a phone', isIdle: index > 0 } } }
      const { errors } = await subgraph.execute(signedRequest(key, 'insights', viewer, operation))
      expect(errors).toBeUndefined()
      machineMs += MINUTE_MS / 2
    }
    await insights.idle()
    await replica.workers.find(({ name }) => name === 'heartbeats')?.idle()
  } finally {
    await replica.close()
  }
  // At 12:00:30 and 12:01:00 it was idle for 30 and 60 seconds, at 12:01:30 for 90.
  expect(await activeSince(viewer, startMs)).toEqual([0, 1])
  expect(await heardOf(viewer)).toHaveLength(2)
})

it('loses nothing while the database takes nothing', async () => {
  const viewer = newViewer()
  const startMs = machineMs
  await db.execute(sql`alter table insights.heard_minute rename to lost`)
  try {
    await beats(viewer, 'Ai')
  } finally {
    await db.execute(sql`alter table insights.lost rename to heard_minute`)
  }
  await beats(viewer, 'A')
  expect(await activeSince(viewer, startMs)).toEqual([0, 1])
  expect((await heardOf(viewer))[0]).toMatchObject({ firstIdleAt: new Date(startMs + 30_000) })
})

it('wants a signed-in viewer and the name of a device', async () => {
  await expect(beat(null)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  const viewer = newViewer()
  for (const deviceId of ['', 'x'.repeat(65), 'x\0'])
    expect(await beat(viewer, { deviceId })).toMatchObject({ __typename: 'InvalidInput', faults: [{ field: 'deviceId' }] })
  await insights.idle()
  expect(await heardOf(viewer)).toEqual([])
})

it('is refused beyond 120 a minute', async () => {
  const viewer = newViewer()
  for (let i = 0; i < 120; i++) await beat(viewer)
  await expect(beat(viewer)).rejects.toMatchObject({ code: 'RATE_LIMITED' })
})

it('reads of at most 31 days', async () => {
  const until = new Date(TEST_START.getTime() + 31 * 86_400_000 + 1)
  await expect(findActiveMinutes(db, newViewer().userId, TEST_START, until)).rejects.toThrow('31 days')
})
