import { type Db, openDatabase } from '@planet/runtime/database'
import { newId } from '@planet/runtime/ids'
import { newViewer, TEST_START } from '@planet/runtime/testing/subgraph'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRooms } from '../src/voting/rooms.ts'
import { type Scene, startScene } from './scene.ts'

let scene: Scene
beforeAll(async () => {
  scene = await startScene()
})
afterAll(() => scene[Symbol.asyncDispose]())

/** Rooms of another process, and how many statements they have sent. */
function openRooms() {
  const database = openDatabase({ url: scene.live.databaseUrl, role: 'planet_live', audience: 'interactive' })
  let statements = 0
  const db = new Proxy<Db>(database.db, {
    get(target, key) {
      if (key === 'select') statements++
      return Reflect.get(target, key)
    },
  })
  return {
    rooms: createRooms(db, scene.live.clock.now),
    statements: () => statements,
    [Symbol.asyncDispose]: () => database.close(),
  }
}

async function openRoom(voterCount: number) {
  const sessionId = await scene.startSession()
  for (let i = 0; i < voterCount; i++) await scene.vote(await scene.verifiedUser(), sessionId, 0.3 + i / 10)
  scene.pass(30)
  return sessionId
}

describe('the rooms of a process', () => {
  it('serve all who ask at once with one statement, and those who come meanwhile with another', async () => {
    const sessionIds = [await openRoom(3), await openRoom(4)]
    await using own = openRooms()
    const first = Array.from({ length: 50 }, () => own.rooms.read(sessionIds))
    // The first statement is on its way once the microtasks of this turn are done.
    await new Promise((resolve) => setImmediate(resolve))
    const second = Array.from({ length: 50 }, () => own.rooms.read(sessionIds))
    const answers = await Promise.all([...first, ...second])
    expect(own.statements()).toBeLessThanOrEqual(2)
    const unknown = newId<'LiveSession'>(TEST_START)
    const [known, none] = await own.rooms.read([sessionIds[0] ?? unknown, unknown])
    expect(none).toBeNull()
    for (const [one, two] of answers) expect([one?.seq, two?.seq]).toEqual([known?.seq, (known?.seq ?? 0) + 1])
  })

  it('say the same as those who read everything anew, after every change', async () => {
    const sessionId = await openRoom(5)
    await using own = openRooms()
    const voters = [newViewer(), await scene.verifiedUser(), await scene.verifiedUser()]
    for (const [i, voter] of [...voters, ...voters].entries()) {
      await scene.vote(voter, sessionId, 0.2 + i / 10)
      scene.pass(7)
      await using fresh = openRooms()
      const [[kept], [anew]] = await Promise.all([own.rooms.read([sessionId]), fresh.rooms.read([sessionId])])
      expect(kept).toEqual(anew)
      expect(kept).toMatchObject({ state: 'FORMED', seq: 7 + i })
    }
  })

  it('go on after the database was away', async () => {
    const sessionId = await openRoom(3)
    await using own = openRooms()
    await using admin = openDatabase({ url: scene.live.databaseUrl, role: null, audience: 'relay', maxConnections: 1 })
    await admin.sql.begin(async (tx) => {
      await tx`lock table live.voter in access exclusive mode`
      await expect(own.rooms.read([sessionId])).rejects.toMatchObject({ extensions: { code: 'UNAVAILABLE' } })
    })
    expect(await own.rooms.read([sessionId])).toMatchObject([{ state: 'FORMED', clusterCount: 3 }])
  })
})
