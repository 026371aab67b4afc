import { openDatabase } from '@planet/runtime/database'
import { silentLog } from '@planet/runtime/log'
import { newViewer } from '@planet/runtime/testing/subgraph'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRooms } from '../src/voting/rooms.ts'
import { createSnapshotWorker } from '../src/voting/snapshots.ts'
import { type Scene, startScene } from './scene.ts'

let scene: Scene
beforeAll(async () => {
  scene = await startScene()
})
afterAll(() => scene[Symbol.asyncDispose]())

const HISTORY = `query ($id: ID!, $first: Int! = 20, $after: Cursor) { liveSession(id: $id) { consensusHistory(first: $first, after: $after) {
  edges { cursor node { seq at state probabilityUp clusterCount cappedShare extremisingExponent } } pageInfo { hasNextPage endCursor } } } }`

const page = async (id: string, variables: Record<string, unknown> = {}) => {
  const answer = await scene.live.query(null, HISTORY, { id, ...variables })
  expect(answer.errors).toBeUndefined()
  return answer.data.liveSession.consensusHistory
}
const historyOf = async (id: string) =>
  (await page(id)).edges.map(({ node }: { node: { seq: number; at: string; probabilityUp: number } }) => node)

/** A live session with three voters, 30 seconds old, at the beginning of ten seconds. */
async function shownSession(): Promise<string> {
  const ms = scene.live.clock.now().getTime()
  scene.pass((10_000 - (ms % 10_000)) / 1_000)
  const sessionId = await scene.startSession()
  for (const probability of [0.8, 0.7, 0.6]) await scene.vote(await scene.verifiedUser(), sessionId, probability)
  scene.pass(30)
  return sessionId
}

/** Lets `seconds` pass and the snapshots be taken. */
async function pass(seconds: number) {
  scene.pass(seconds)
  await scene.live.idle()
}

describe('the history of a consensus', () => {
  it('has a snapshot of every ten seconds in which it changed, latest first', async () => {
    const sessionId = await shownSession()
    await pass(0)
    const first = await scene.consensusOf(sessionId)
    // Nothing changes.
    await pass(10)
    await pass(20)
    await scene.vote(newViewer(), sessionId, 0.2)
    await pass(0)
    await scene.vote(newViewer(), sessionId, 0.2)
    // Not two in the same ten seconds: the next one has both.
    await pass(1)
    await pass(10)
    const last = await scene.consensusOf(sessionId)
    const history = await historyOf(sessionId)
    expect(history.map(({ seq }: { seq: number }) => seq)).toEqual([first.seq + 2, first.seq + 1, first.seq])
    expect(history[0].probabilityUp).toBeCloseTo(last.probabilityUp, 12)
    const { probabilityUp, clusterCount, cappedShare, extremisingExponent, seq, at, state } = first
    expect(history[2]).toEqual({ probabilityUp, clusterCount, cappedShare, extremisingExponent, seq, at, state })
  })

  it('shows nothing of the hidden phase, and the last value of the session', async () => {
    const sessionId = await scene.startSession()
    await scene.vote(newViewer(), sessionId, 0.9)
    await pass(10)
    await pass(10)
    expect(await historyOf(sessionId)).toEqual([])
    await pass(10)
    await scene.vote(newViewer(), sessionId, 0.9)
    scene.pass(10)
    await scene.end(sessionId)
    const [last] = await historyOf(sessionId)
    expect(last).toMatchObject({ seq: 3, state: 'INSUFFICIENT', clusterCount: 2, at: scene.live.clock.now().toISOString() })
    await pass(60)
    expect((await historyOf(sessionId))[0]).toEqual(last)
  })

  it('is paged without one missing or twice, and refuses what is no cursor', async () => {
    const sessionId = await shownSession()
    for (let i = 0; i < 5; i++) {
      await pass(10)
      await scene.vote(newViewer(), sessionId, 0.3)
    }
    await pass(10)
    const whole = await historyOf(sessionId)
    const pages = []
    for (let after: string | null = null; ; ) {
      const { edges, pageInfo } = await page(sessionId, { first: 2, after })
      pages.push(...edges.map((edge: { node: unknown }) => edge.node))
      if (!pageInfo.hasNextPage) break
      after = pageInfo.endCursor
    }
    expect(pages).toEqual(whole)
    expect(whole.length).toBeGreaterThanOrEqual(5)
    const bad = await scene.live.query(null, HISTORY, { id: sessionId, after: 'bm9uc2Vuc2U' })
    expect(bad.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT' })
  })

  it('is written once by many replicas', async () => {
    const sessionId = await shownSession()
    await using database = openDatabase({ url: scene.live.databaseUrl, role: 'planet_live', audience: 'interactive' })
    const { clock } = scene.live
    const replicas = Array.from({ length: 4 }, () =>
      createSnapshotWorker(database.db, createRooms(database.db, clock.now), { clock, log: silentLog }),
    )
    await Promise.all([...replicas.map((replica) => replica.idle()), scene.live.idle()])
    expect(await historyOf(sessionId)).toHaveLength(1)
  })
})

describe('the change over a minute', () => {
  it('is against the latest snapshot of then, and null before there is one', async () => {
    const sessionId = await shownSession()
    await pass(0)
    const before = await scene.consensusOf(sessionId)
    expect(before.changeLastMinute).toBeNull()
    await pass(30)
    for (const probability of [0.9, 0.95]) await scene.vote(await scene.verifiedUser(), sessionId, probability)
    await pass(29.999)
    expect((await scene.consensusOf(sessionId)).changeLastMinute).toBeNull()
    await pass(0.001)
    const now = await scene.consensusOf(sessionId)
    expect(now.changeLastMinute).toBeCloseTo(now.probabilityUp - before.probabilityUp, 12)
    expect(now.changeLastMinute).toBeGreaterThan(0)
    await pass(60)
    expect((await scene.consensusOf(sessionId)).changeLastMinute).toBeCloseTo(0, 12)
  })

  it('of an ended session stays', async () => {
    const sessionId = await shownSession()
    await pass(0)
    await pass(55)
    for (const probability of [0.9, 0.95]) await scene.vote(await scene.verifiedUser(), sessionId, probability)
    scene.pass(10)
    await scene.end(sessionId)
    const { changeLastMinute } = await scene.consensusOf(sessionId)
    expect(changeLastMinute).toBeGreaterThan(0)
    await pass(600)
    expect((await scene.consensusOf(sessionId)).changeLastMinute).toBe(changeLastMinute)
  })
})
