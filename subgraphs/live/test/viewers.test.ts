import { newId } from '@planet/runtime/ids'
import { newViewer, TEST_START } from '@planet/runtime/testing/subgraph'
import type { Viewer } from '@planet/runtime/viewer'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLiveSubgraph } from '../src/subgraph.ts'
import { type LiveRoom, startRoom } from './room.ts'

let room: LiveRoom
/** The machine's time in milliseconds, which stands still unless a test moves it. */
let machineMs = TEST_START.getTime()
beforeAll(async () => {
  room = await startRoom((deps) => createLiveSubgraph(deps, () => new Date(machineMs)))
})
afterAll(() => room[Symbol.asyncDispose]())

const watch = (sessionId: string, viewers: readonly Viewer[]) =>
  Promise.all(viewers.map((viewer) => room.heartbeat(viewer, sessionId)))
const viewers = (count: number) => Array.from({ length: count }, () => newViewer())
const countOf = (sessionId: string) => room.see(null, sessionId, 'viewerCount peakViewerCount')

describe('the audience of a session', () => {
  it('is whoever gave a sign of life within 30 seconds, each counted once', async () => {
    const sessionId = await room.startSession()
    expect(await countOf(sessionId)).toEqual({ viewerCount: 0, peakViewerCount: 0 })
    const [early, late] = [viewers(3), viewers(2)]
    const [first] = await watch(sessionId, [...early, ...early])
    expect(first).toMatchObject({ __typename: 'HeartbeatSuccess', nextWithin: 'PT10S', session: { id: sessionId } })
    await room.live.idle()
    expect(await countOf(sessionId)).toEqual({ viewerCount: 3, peakViewerCount: 3 })

    machineMs += 20_000
    await watch(sessionId, late)
    await room.live.idle()
    expect(await countOf(sessionId)).toEqual({ viewerCount: 5, peakViewerCount: 5 })
    machineMs += 10_000
    await room.live.idle()
    expect(await countOf(sessionId)).toEqual({ viewerCount: 2, peakViewerCount: 5 })
    machineMs += 30_000
    await room.live.idle()
    expect(await countOf(sessionId)).toEqual({ viewerCount: 0, peakViewerCount: 5 })
  })

  it('is each session’s own, and gone with its end', async () => {
    const [one, other] = [await room.startSession(), await room.startSession()]
    const [viewer] = viewers(1)
    if (!viewer) throw new Error('nobody')
    await watch(one, [viewer, ...viewers(1)])
    await watch(other, [viewer])
    await room.live.idle()
    expect([(await countOf(one)).viewerCount, (await countOf(other)).viewerCount]).toEqual([2, 1])
    await room.end(one)
    expect(await countOf(one)).toEqual({ viewerCount: 0, peakViewerCount: 2 })
    await room.live.idle()
    expect(await countOf(one)).toEqual({ viewerCount: 0, peakViewerCount: 2 })
    expect((await countOf(other)).viewerCount).toBe(1)
  })

  it('is counted over all replicas, each viewer once', async () => {
    const sessionId = await room.startSession()
    await using replica = room.startReplica()
    const [one, both, other] = viewers(3)
    if (!one || !both || !other) throw new Error('nobody')
    await watch(sessionId, [one, both])
    for (const viewer of [both, other]) expect(await replica.act(viewer, 'heartbeat', { sessionId })).toBe('HeartbeatSuccess')
    await replica.idle()
    await room.live.idle()
    expect(await countOf(sessionId)).toEqual({ viewerCount: 3, peakViewerCount: 3 })
  })

  it('counts nobody who did not sign in, and nobody in a session that is not live', async () => {
    const { session } = await room.schedule()
    await expect(room.heartbeat(null, session.id)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    expect(await room.heartbeat(newViewer(), session.id)).toMatchObject({ __typename: 'WrongLiveStatus' })
    for (const sessionId of ['nonsense', newId<'LiveSession'>(TEST_START)]) {
      expect(await room.heartbeat(newViewer(), sessionId)).toMatchObject({ faults: [{ field: 'sessionId' }] })
    }
  })
})

describe('viewersChanged', () => {
  const AUDIENCE = 'seq viewerCount peakViewerCount session { id }'

  it('tells the count at once and after changes, with a growing seq, until the session ends', async () => {
    const sessionId = await room.startSession()
    const updates = await room.follow(`viewersChanged(sessionId: "${sessionId}")`, AUDIENCE)
    const session = { id: sessionId }
    expect(await updates.next()).toEqual({ seq: 0, viewerCount: 0, peakViewerCount: 0, session })
    await watch(sessionId, viewers(4))
    await room.live.idle()
    const counted = await updates.until((audience) => audience.viewerCount === 4)
    expect(counted).toMatchObject({ peakViewerCount: 4, session })
    machineMs += 30_000
    await room.live.idle()
    const empty = await updates.until((audience) => audience.viewerCount === 0)
    expect(empty.seq).toBeGreaterThan(counted.seq)
    await room.end(sessionId)
    expect(await updates.until((audience) => audience === null)).toBeNull()
  })

  it('of no session is BAD_USER_INPUT', async () => {
    await expect(room.follow('viewersChanged(sessionId: "nonsense")', 'seq')).rejects.toMatchObject({ code: 'BAD_USER_INPUT' })
  })
})
