import { type Db, openDatabase } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { newViewer } from '@planet/runtime/testing/subgraph'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findBansAt } from '../src/sessions/db/session-ban.ts'
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

const bansAt = (sessionId: Id<'LiveSession'>, at: Date) => findBansAt(db, sessionId, at, { afterUserId: null, limit: 1_000 })
const toldOf = async (sessionId: string) =>
  (await room.live.eventsOf('live.BanChanged')).filter((event) => event.sessionId === sessionId)
const nextMinute = () => {
  room.pass(60)
  return room.live.clock.now()
}

describe('bans as of a past moment', () => {
  it('are those that were in force then, with reason and source, taken back or not', async () => {
    const [sessionId, other] = [await room.startSession(), await room.startSession()]
    const { userId } = newViewer()
    const ban = { sessionId, userId }
    const before = room.live.clock.now()
    const first = nextMinute()
    await room.act(room.host, 'banFromSession', { ...ban, reason: 'SPAM' })
    const stillFirst = nextMinute()
    await room.act(room.host, 'banFromSession', { ...ban, reason: 'ABUSE' })
    const free = nextMinute()
    await room.act(room.host, 'unbanFromSession', ban)
    await room.act(room.host, 'unbanFromSession', ban)
    const second = nextMinute()
    await room.act(room.host, 'banFromSession', ban)
    nextMinute()

    const kept = { sessionId, userId, source: 'HOST', bannedBy: room.host.userId }
    const firstBan = { ...kept, reason: 'SPAM', from: first, until: free, unbannedBy: room.host.userId }
    const secondBan = { ...kept, reason: null, from: second, until: null, unbannedBy: null }
    expect(await bansAt(sessionId, before)).toEqual([])
    for (const at of [first, stillFirst, new Date(free.getTime() - 1)]) {
      expect(await bansAt(sessionId, at)).toMatchObject([firstBan])
    }
    expect(await bansAt(sessionId, free)).toEqual([])
    expect(await bansAt(sessionId, second)).toMatchObject([secondBan])
    expect(await bansAt(other, second)).toEqual([])

    const plain = (value: object) => JSON.parse(JSON.stringify(value))
    expect(await toldOf(sessionId)).toMatchObject([
      plain({ ...firstBan, until: null, unbannedBy: null }),
      plain(firstBan),
      plain(secondBan),
    ])
  })

  it('are one where many ban at once, and end once where many take it back', async () => {
    const sessionId = await room.startSession()
    const ban = { sessionId, userId: newViewer().userId }
    const at = room.live.clock.now()
    const together = (mutation: string) => Promise.all(Array.from({ length: 5 }, () => room.act(room.host, mutation, ban)))
    await together('banFromSession')
    expect(await bansAt(sessionId, at)).toHaveLength(1)
    nextMinute()
    await together('unbanFromSession')
    expect(await toldOf(sessionId)).toHaveLength(2)
    expect(await bansAt(sessionId, at)).toHaveLength(1)
    expect(await bansAt(sessionId, room.live.clock.now())).toEqual([])
  })

  it('that are taken back in the same instant hinder nobody and may follow each other', async () => {
    const sessionId = await room.startSession()
    const ban = { sessionId, userId: newViewer().userId }
    for (const mutation of ['banFromSession', 'unbanFromSession', 'banFromSession', 'unbanFromSession', 'banFromSession']) {
      await room.act(room.host, mutation, ban)
    }
    expect(await bansAt(sessionId, room.live.clock.now())).toMatchObject([{ until: null }])
    await room.act(room.host, 'unbanFromSession', ban)
    expect(await bansAt(sessionId, room.live.clock.now())).toEqual([])
    expect(await toldOf(sessionId)).toHaveLength(6)
  })
})
