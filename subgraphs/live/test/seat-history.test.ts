import { type Db, openDatabase } from '@planet/runtime/database'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findSeatsAt } from '../src/stage/db/seat-time.ts'
import { type LiveRoom, startRoom } from './room.ts'

let room: LiveRoom
let db: Db
let close: () => Promise<void>
beforeAll(async () => {
  room = await startRoom()
  const database = openDatabase({ url: room.live.databaseUrl, role: 'planet_live', audience: 'interactive' })
  db = database.db
  close = database.close
})
afterAll(async () => {
  await close()
  await room[Symbol.asyncDispose]()
})

const nextMinute = () => {
  room.pass(60)
  return room.live.clock.now()
}

describe('the stage as of a past moment', () => {
  it('is who was on it or on the way there then, and why they are not any more', async () => {
    const sessionId = await room.startSession()
    const [ada, bob, eve] = await room.users(3)
    if (!ada || !bob || !eve) throw new Error('there are three')
    const seat = (viewer: typeof ada) => ({ sessionId, userId: viewer.userId })
    const moments = [room.live.clock.now()]
    const step = async (...acts: (() => Promise<unknown>)[]) => {
      moments.push(nextMinute())
      for (const act of acts) await act()
    }
    await step(
      () => room.act(ada, 'requestSeat', { sessionId }),
      () => room.act(bob, 'requestSeat', { sessionId }),
      () => room.act(eve, 'requestSeat', { sessionId }),
    )
    await step(
      () => room.act(room.host, 'inviteGuest', seat(ada)),
      () => room.act(room.host, 'removeGuest', seat(bob)),
    )
    await step(
      () => room.act(ada, 'acceptInvite', { sessionId }),
      () => room.act(room.host, 'inviteGuest', seat(bob)),
      () => room.act(room.host, 'banFromSession', seat(eve)),
    )
    await step(() => room.act(ada, 'leaveStage', { sessionId }))
    await step(() => room.end(sessionId))

    const states = async (at: Date | undefined) => {
      if (!at) throw new Error('no such moment')
      const rows = await findSeatsAt(db, sessionId, at, { afterUserId: null, limit: 100 })
      return Object.fromEntries(rows.map(({ userId, state, reason }) => [userId, [state, reason]]))
    }
    expect(await states(moments[0])).toEqual({})
    expect(await states(moments[1])).toEqual({
      [ada.userId]: ['REQUESTED', 'INVITED'],
      [bob.userId]: ['REQUESTED', 'REMOVED'],
      [eve.userId]: ['REQUESTED', 'BANNED'],
    })
    expect(await states(moments[2])).toEqual({
      [ada.userId]: ['INVITED', 'ACCEPTED'],
      [eve.userId]: ['REQUESTED', 'BANNED'],
    })
    expect(await states(moments[3])).toEqual({
      [ada.userId]: ['ON_STAGE', 'LEFT'],
      [bob.userId]: ['INVITED', 'SESSION_ENDED'],
    })
    expect(await states(moments[4])).toEqual({ [bob.userId]: ['INVITED', 'SESSION_ENDED'] })
    expect(await states(moments[5])).toEqual({})

    const events = (await room.live.eventsOf('live.SeatsChanged')).filter((event) => event.sessionId === sessionId)
    // As the registry has them.
    const told = events.flatMap((event) => (event.seats as unknown as object[]).map((one) => ({ at: event.at, ...one })))
    const at = (i: number) => moments[i]?.toISOString()
    expect(told).toEqual([
      { at: at(1), userId: ada.userId, state: 'REQUESTED', reason: 'REQUESTED' },
      { at: at(1), userId: bob.userId, state: 'REQUESTED', reason: 'REQUESTED' },
      { at: at(1), userId: eve.userId, state: 'REQUESTED', reason: 'REQUESTED' },
      { at: at(2), userId: ada.userId, state: 'INVITED', reason: 'INVITED' },
      { at: at(2), userId: bob.userId, state: 'LEFT', reason: 'REMOVED' },
      { at: at(3), userId: ada.userId, state: 'ON_STAGE', reason: 'ACCEPTED' },
      { at: at(3), userId: bob.userId, state: 'INVITED', reason: 'INVITED' },
      { at: at(3), userId: eve.userId, state: 'LEFT', reason: 'BANNED' },
      { at: at(4), userId: ada.userId, state: 'LEFT', reason: 'LEFT' },
      { at: at(5), userId: bob.userId, state: 'LEFT', reason: 'SESSION_ENDED' },
    ])
  })
})
