import { type Db, openDatabase } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { newViewer, TEST_START } from '@planet/runtime/testing/subgraph'
import type { Viewer } from '@planet/runtime/viewer'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findAttendeesAt } from '../src/audience/db/attendance.ts'
import { createLiveSubgraph } from '../src/subgraph.ts'
import { type LiveRoom, startRoom } from './room.ts'

type SessionId = Id<'LiveSession'>

let room: LiveRoom
let db: Db
let close: () => Promise<void>
/** The machine's time in milliseconds; the platform's goes along with it. */
let machineMs = TEST_START.getTime()
beforeAll(async () => {
  room = await startRoom((deps) => createLiveSubgraph(deps, () => new Date(machineMs)))
  const database = openDatabase({ url: room.live.databaseUrl, role: 'planet_live', audience: 'interactive' })
  db = database.db
  close = database.close
})
afterAll(async () => {
  await close()
  await room[Symbol.asyncDispose]()
})

/** The instant after some seconds more. */
const pass = (seconds: number): Date => {
  machineMs += seconds * 1000
  room.pass(seconds)
  return room.live.clock.now()
}
const after = (from: Date, seconds: number) => new Date(from.getTime() + seconds * 1000)

/** Signs of life, stored by the next round. */
const watch = async (sessionId: SessionId, ...viewers: readonly Viewer[]) => {
  for (const viewer of viewers) {
    expect(await room.heartbeat(viewer, sessionId)).toMatchObject({ __typename: 'HeartbeatSuccess' })
  }
  await room.live.idle()
}

const attendeesAt = (sessionId: SessionId, at: Date) => findAttendeesAt(db, sessionId, at, { afterUserId: null, limit: 1_000 })
const namesAt = async (sessionId: SessionId, at: Date) => (await attendeesAt(sessionId, at)).map((one) => one.userId)

type Told = { readonly userId: string; readonly from: string; readonly until: string; readonly reason: string }
const toldOf = async (sessionId: SessionId) => {
  const events = (await room.live.eventsOf('live.AttendanceEnded')).filter((event) => event.sessionId === sessionId)
  // As the registry has them.
  return events.map((event) => event.attendances as unknown as readonly Told[])
}

describe('who attended a session at a past moment', () => {
  it('is whoever had given a sign of life within 30 seconds, whatever came later', async () => {
    const sessionId = await room.startSession()
    const [ada, bob] = [newViewer(), newViewer()]
    const start = pass(0)
    await watch(sessionId, ada)
    pass(20)
    await watch(sessionId, ada, bob)
    const seconds = [0, 19, 20, 49, 50, 60, 95]
    const expected = [[ada], [ada], [ada, bob], [ada, bob], [], [], [ada]]
    pass(40)
    await room.live.idle()
    pass(35)
    await watch(sessionId, ada)

    for (const [i, second] of seconds.entries()) {
      const attended = (expected[i] ?? []).map((viewer) => viewer.userId).sort()
      expect(await namesAt(sessionId, after(start, second)), `after ${second} seconds`).toEqual(attended)
    }
    const first = { userId: ada.userId, from: start, until: after(start, 50), reason: 'LEFT' }
    expect(await attendeesAt(sessionId, start)).toEqual([first])
    expect(await attendeesAt(sessionId, after(start, 95))).toEqual([
      { userId: ada.userId, from: after(start, 95), until: null, reason: null },
    ])
    expect(await namesAt(sessionId, after(start, -1))).toEqual([])
  })

  it('is known to the end of the session, at which every attendance ends and is told', async () => {
    const [sessionId, other] = [await room.startSession(), await room.startSession()]
    const [ada, bob, late] = [newViewer(), newViewer(), newViewer()]
    const start = pass(0)
    await watch(sessionId, ada, bob)
    await watch(other, ada)
    pass(25)
    await watch(sessionId, ada)
    pass(10)
    // Told and not stored yet when the session ends.
    expect(await room.heartbeat(late, sessionId)).toMatchObject({ __typename: 'HeartbeatSuccess' })
    const end = pass(1)
    await room.end(sessionId)
    await room.live.idle()

    const tellable = (attendance: { viewer: Viewer; from: number; until: number; reason: string }) => ({
      userId: attendance.viewer.userId,
      from: after(start, attendance.from).toISOString(),
      until: after(start, attendance.until).toISOString(),
      reason: attendance.reason,
    })
    const told = (await toldOf(sessionId)).flat()
    expect(told.toSorted((a, b) => a.until.localeCompare(b.until) || a.from.localeCompare(b.from))).toEqual([
      tellable({ viewer: bob, from: 0, until: 30, reason: 'LEFT' }),
      tellable({ viewer: ada, from: 0, until: 36, reason: 'SESSION_ENDED' }),
      tellable({ viewer: late, from: 35, until: 36, reason: 'SESSION_ENDED' }),
    ])
    expect(await namesAt(sessionId, after(end, -0.5))).toEqual([ada.userId, late.userId].sort())
    expect(await namesAt(sessionId, end)).toEqual([])
    expect(await namesAt(other, after(start, 20))).toEqual([ada.userId])
    expect((await toldOf(other)).flat()).toEqual([tellable({ viewer: ada, from: 0, until: 30, reason: 'LEFT' })])
  })

  it('is not told to have left because the database was away', async () => {
    const sessionId = await room.startSession()
    const ada = newViewer()
    const start = pass(0)
    await watch(sessionId, ada)
    await using admin = openDatabase({ url: room.live.databaseUrl, role: null, audience: 'relay', maxConnections: 1 })
    await admin.sql`alter table live.presence rename to presence_away`
    for (let i = 0; i < 5; i++) {
      pass(10)
      await watch(sessionId, ada)
    }
    await admin.sql`alter table live.presence_away rename to presence`
    await room.live.idle()
    expect(await attendeesAt(sessionId, after(start, 40))).toEqual([
      { userId: ada.userId, from: start, until: null, reason: null },
    ])
    pass(40)
    await room.live.idle()
    expect((await toldOf(sessionId)).flat()).toEqual([
      { userId: ada.userId, from: start.toISOString(), until: after(start, 80).toISOString(), reason: 'LEFT' },
    ])
  })

  it('comes in pages, and many who leave are told in few events', async () => {
    const sessionId = await room.startSession()
    const viewers = Array.from({ length: 1_200 }, () => newViewer())
    const start = pass(0)
    for (let i = 0; i < viewers.length; i += 100) {
      await Promise.all(viewers.slice(i, i + 100).map((viewer) => room.heartbeat(viewer, sessionId)))
    }
    await room.live.idle()
    pass(31)
    await room.live.idle()
    const told = await toldOf(sessionId)
    expect(told.map((attendances) => attendances.length)).toEqual([500, 500, 200])
    const ids = viewers.map((viewer) => viewer.userId).sort()
    expect(
      told
        .flat()
        .map((one) => one.userId)
        .sort(),
    ).toEqual(ids)
    const first = await findAttendeesAt(db, sessionId, start, { afterUserId: null, limit: 1_000 })
    const rest = await findAttendeesAt(db, sessionId, start, { afterUserId: first.at(-1)?.userId ?? null, limit: 1_000 })
    expect([...first, ...rest].map((one) => one.userId)).toEqual(ids)
  })
})

describe('whatever signs of life are given, to whichever process', () => {
  const steps = fc.array(
    fc.record({
      seconds: fc.constantFrom(0, 1, 8, 12, 29, 30, 31, 70),
      viewer: fc.nat(2),
      toReplica: fc.boolean(),
      isStored: fc.boolean(),
    }),
    { minLength: 1, maxLength: 12 },
  )

  it('the attendances of a viewer do not overlap, and are together the 30 seconds after each sign, up to the end', async () => {
    await using replica = room.startReplica()
    await fc.assert(
      fc.asyncProperty(steps, async (given) => {
        const sessionId = await room.startSession()
        const viewers = [newViewer(), newViewer(), newViewer()]
        const signs: { readonly userId: string; readonly at: number }[] = []
        const storeAll = () => Promise.all([room.live.idle(), replica.idle()])
        let unstoredSeconds = 0
        for (const { seconds, viewer: who, toReplica, isStored } of given) {
          // Each process has a round every two seconds, so none keeps a sign to itself for as long as a viewer may be away.
          if (unstoredSeconds + seconds > 20) {
            await storeAll()
            unstoredSeconds = 0
          }
          unstoredSeconds += seconds
          const at = pass(seconds).getTime()
          const viewer = viewers[who] ?? newViewer()
          if (toReplica) await replica.act(viewer, 'heartbeat', { sessionId })
          else await room.heartbeat(viewer, sessionId)
          signs.push({ userId: viewer.userId, at })
          if (isStored) await replica.idle()
        }
        await storeAll()
        const end = pass(5).getTime()
        await room.end(sessionId)
        await storeAll()

        const told = (await toldOf(sessionId)).flat()
        for (const { userId } of viewers) {
          const own = told
            .filter((one) => one.userId === userId)
            .map(({ from, until }) => [Date.parse(from), Date.parse(until)] as const)
            .sort(([a], [b]) => a - b)
          for (const [i, [from, until]] of own.entries()) {
            expect(from).toBeLessThan(until)
            expect(own[i - 1]?.[1] ?? from).toBeLessThanOrEqual(from)
          }
          const watched = signs
            .filter((sign) => sign.userId === userId)
            .map(({ at }) => [at, Math.min(at + 30_000, end)] as const)
          expect(unionOf(own)).toEqual(unionOf(watched))
          // What is asked for later is what was told.
          for (const [from, until] of own) {
            expect(await namesAt(sessionId, new Date(from))).toContain(userId)
            expect(await namesAt(sessionId, new Date(until - 1))).toContain(userId)
          }
        }
      }),
      { numRuns: 6 },
    )
  }, 60_000)
})

/** Times, ascending by their starts, as the fewest that cover the same. */
function unionOf(times: readonly (readonly [number, number])[]): (readonly [number, number])[] {
  const union: [number, number][] = []
  for (const [from, until] of times) {
    const latest = union.at(-1)
    if (latest && from <= latest[1]) latest[1] = Math.max(latest[1], until)
    else union.push([from, until])
  }
  return union
}
