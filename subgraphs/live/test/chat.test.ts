import { newId } from '@planet/runtime/ids'
import { newKey, newViewer, TEST_START } from '@planet/runtime/testing/subgraph'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLiveSubgraph } from '../src/subgraph.ts'
import { type LiveRoom, startRoom } from './room.ts'

let room: LiveRoom
/** The machine's time in milliseconds, which stands still unless a test moves it. */
let machineMs = Date.parse('2026-01-24T12:00:00Z')
beforeAll(async () => {
  room = await startRoom((deps) => createLiveSubgraph(deps, () => new Date(machineMs)))
})
afterAll(() => room[Symbol.asyncDispose]())

const CHANGE = 'seq at cursor kind dropped bullet { id number text moderation }'
const chat = (sessionId: string, args = '') => room.follow(`bulletChat(sessionId: "${sessionId}"${args})`, CHANGE)
const send = (sessionId: string, text: string, viewer = newViewer(), input: Record<string, unknown> = {}) =>
  room.act(viewer, 'sendBullet', { sessionId, text, ...input })
const textsOf = async (sessionId: string, args = 'first: 100', viewer: Parameters<LiveRoom['see']>[0] = null) => {
  const { bullets } = await room.see(viewer, sessionId, `bullets(${args}) { edges { node { text } } }`)
  return bullets.edges.map((edge: { node: { text: string | null } }) => edge.node.text)
}

describe('a bullet', () => {
  it('is trimmed, stored and delivered to whoever follows', async () => {
    const sessionId = await room.startSession()
    const updates = await chat(sessionId)
    const viewer = newViewer()
    const { bullet } = await send(sessionId, '  to the moon 🌕 ', viewer)
    expect(bullet).toEqual({
      id: expect.any(String),
      number: 1,
      text: 'to the moon 🌕',
      moderation: 'VISIBLE',
      sentAt: room.live.clock.now().toISOString(),
      author: { id: viewer.userId },
      session: { id: sessionId },
    })
    expect(await updates.next()).toEqual({
      seq: 1,
      at: room.live.clock.now().toISOString(),
      cursor: expect.any(String),
      kind: 'SENT',
      dropped: 0,
      bullet: { id: bullet.id, number: 1, text: 'to the moon 🌕', moderation: 'VISIBLE' },
    })
    await updates.return()
  })

  it('is listed latest first, page by page', async () => {
    const sessionId = await room.startSession()
    for (const text of ['a', 'b', 'c']) await send(sessionId, text)
    expect(await textsOf(sessionId)).toEqual(['c', 'b', 'a'])
    const { bullets } = await room.see(null, sessionId, 'bullets(first: 2) { pageInfo { hasNextPage endCursor } }')
    expect(bullets.pageInfo.hasNextPage).toBe(true)
    expect(await textsOf(sessionId, `first: 2, after: "${bullets.pageInfo.endCursor}"`)).toEqual(['a'])
    const foreign = Buffer.from('k:nonsense').toString('base64url')
    await expect(textsOf(sessionId, `after: "${foreign}"`)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' })
  })

  it('is refused with the fault of its input, and nothing is stored', async () => {
    const sessionId = await room.startSession()
    for (const text of ['   ', 'x'.repeat(201), 'a\nb', 'a\u202eb']) {
      expect(await send(sessionId, text)).toMatchObject({ __typename: 'InvalidInput', faults: [{ field: 'text' }] })
    }
    for (const id of ['nonsense', newId<'LiveSession'>(TEST_START)]) {
      expect(await send(id, 'a')).toMatchObject({ __typename: 'InvalidInput', faults: [{ field: 'sessionId' }] })
      expect(await send(id, '')).toMatchObject({ faults: [{ field: 'sessionId' }, { field: 'text' }] })
    }
    expect(await textsOf(sessionId)).toEqual([])
    await expect(room.act(null, 'sendBullet', { sessionId, text: 'a' })).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })

  it('is only for sessions that are live', async () => {
    const { session } = await room.schedule()
    expect(await send(session.id, 'a')).toMatchObject({ __typename: 'WrongLiveStatus', status: 'SCHEDULED' })
    await room.start(session.id)
    await room.end(session.id)
    expect(await send(session.id, 'a')).toMatchObject({ __typename: 'WrongLiveStatus', status: 'ENDED' })
  })

  it('is sent once per idempotency key', async () => {
    const sessionId = await room.startSession()
    const [viewer, idempotencyKey] = [newViewer(), newKey()]
    const [first, again] = await Promise.all([1, 2].map(() => send(sessionId, 'once', viewer, { idempotencyKey })))
    expect(again.bullet.id).toBe(first.bullet.id)
    expect(await textsOf(sessionId)).toEqual(['once'])
  })
})

describe('a flood', () => {
  it('is refused after five bullets, with the time to wait, and costs nothing', async () => {
    const sessionId = await room.startSession()
    const flooder = newViewer()
    const results = await Promise.all(Array.from({ length: 9 }, (_, i) => send(sessionId, `${i}`, flooder)))
    expect(results.filter((result) => result.__typename === 'SendBulletSuccess')).toHaveLength(5)
    const refused = results.filter((result) => result.__typename === 'ChatFlooded')
    expect(refused).toHaveLength(4)
    for (const refusal of refused) expect(refusal).toMatchObject({ code: 'CHAT_FLOODED', retryAfter: 'PT2S' })
    expect((await send(sessionId, 'calm')).__typename).toBe('SendBulletSuccess')
    machineMs += 2_000
    expect((await send(sessionId, 'again', flooder)).__typename).toBe('SendBulletSuccess')
    expect((await send(sessionId, 'and again', flooder)).__typename).toBe('ChatFlooded')
  })

  it('is one however fast the market is replayed, and none if the market stands still', async () => {
    const sessionId = await room.startSession()
    const [flooder, patient] = [newViewer(), newViewer()]
    const results = []
    for (let i = 0; i < 9; i++) {
      results.push(await send(sessionId, `${i}`, flooder))
      room.pass(60)
    }
    expect(results.filter((result) => result.__typename === 'SendBulletSuccess')).toHaveLength(5)
    for (let i = 0; i < 9; i++) {
      expect((await send(sessionId, `${i}`, patient)).__typename).toBe('SendBulletSuccess')
      machineMs += 2_000
    }
  })
})

describe('a crowded chat', () => {
  it('delivers a sample that tells how many it left out, and every bullet to whoever wants all', async () => {
    const sessionId = await room.startSession()
    const [sampled, all] = [await chat(sessionId), await chat(sessionId, ', sampled: false')]
    const sendFive = async () => {
      for (let i = 0; i < 5; i++) await send(sessionId, 'x')
    }
    await Promise.all(Array.from({ length: 5 }, sendFive))
    // The sample is for people to read, whose seconds are not those of the market.
    room.pass(60)
    machineMs += 1_000
    await send(sessionId, 'last')

    const every = []
    for (let i = 0; i < 26; i++) every.push(await all.next())
    expect(every.map((change) => change.seq)).toEqual(Array.from({ length: 26 }, (_, i) => i + 1))
    expect(every.every((change) => change.dropped === 0)).toBe(true)

    const some = []
    for (let i = 0; i < 21; i++) some.push(await sampled.next())
    expect(some.map((change) => change.seq)).toEqual([...Array.from({ length: 20 }, (_, i) => i + 1), 26])
    expect(some.map((change) => change.dropped)).toEqual([...Array(20).fill(0), 5])

    // A repeat from the same place gives the same sample.
    const repeat = await chat(sessionId, `, after: "${some[18].cursor}"`)
    expect(await repeat.next()).toEqual(some[19])
    expect(await repeat.next()).toEqual(some[20])
    // What was left out is in the list.
    expect(await textsOf(sessionId)).toHaveLength(26)
    await Promise.all([sampled, all, repeat].map((updates) => updates.return()))
  })
})

describe('bulletChat', () => {
  it('goes on after a cursor without a hole, and ends while it waits', async () => {
    const sessionId = await room.startSession()
    const first = await chat(sessionId)
    for (const text of ['a', 'b', 'c']) await send(sessionId, text)
    const { cursor } = await first.next()
    await first.return()
    const again = await chat(sessionId, `, after: "${cursor}"`)
    expect([(await again.next()).bullet.text, (await again.next()).bullet.text]).toEqual(['b', 'c'])
    const pending = again.next()
    await again.return()
    expect(await pending).toBeNull()
  })

  it('tells of what another replica took, in the same order', async () => {
    const sessionId = await room.startSession()
    await using replica = room.startReplica()
    const updates = await chat(sessionId)
    for (const text of ['a', 'b']) {
      await send(sessionId, `${text}1`)
      expect(await replica.act(newViewer(), 'sendBullet', { sessionId, text: `${text}2` })).toBe('SendBulletSuccess')
    }
    const seen = []
    for (let i = 0; i < 4; i++) seen.push(await updates.next())
    expect(seen.map((change) => [change.seq, change.bullet.text])).toEqual([
      [1, 'a1'],
      [2, 'a2'],
      [3, 'b1'],
      [4, 'b2'],
    ])
    await updates.return()
  })

  it('refuses a cursor that is none, and a session that does not exist', async () => {
    const sessionId = await room.startSession()
    await expect(chat(sessionId, ', after: "nonsense"')).rejects.toMatchObject({ code: 'CURSOR_INVALID' })
    for (const id of ['nonsense', newId<'LiveSession'>(TEST_START)]) {
      await expect(chat(id)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' })
    }
  })
})

describe('moderation', () => {
  it('takes a bullet away from everybody, also from those who read the log later', async () => {
    const sessionId = await room.startSession()
    const before = await room.live.eventsOf('live.BulletRemoved')
    const updates = await chat(sessionId)
    const { bullet } = await send(sessionId, 'rude')
    await send(sessionId, 'kind')
    const sent = await updates.next()
    expect(sent.bullet.text).toBe('rude')
    await updates.next()
    for (const viewer of [room.host, newViewer('admin')]) {
      const removed = await room.act(viewer, 'removeBullet', { bulletId: bullet.id })
      expect(removed.bullet).toMatchObject({ id: bullet.id, text: null, moderation: 'REMOVED' })
    }
    expect(await updates.next()).toMatchObject({ seq: 3, kind: 'REMOVED', dropped: 0, bullet: { id: bullet.id, text: null } })
    await updates.return()
    // Removing twice is one removal.
    expect((await room.live.eventsOf('live.BulletRemoved')).length).toBe(before.length + 1)

    const later = await chat(sessionId, `, after: "${sent.cursor}"`)
    expect((await later.next()).bullet.text).toBe('kind')
    await later.return()
    expect(await textsOf(sessionId)).toEqual(['kind'])
    expect(await textsOf(sessionId, 'moderation: REMOVED', room.host)).toEqual([null])
  })

  it('replays the sending of a removed bullet without its text', async () => {
    const sessionId = await room.startSession()
    const updates = await chat(sessionId)
    await send(sessionId, 'first')
    const { bullet } = await send(sessionId, 'gone')
    const { cursor } = await updates.next()
    await room.act(room.host, 'removeBullet', { bulletId: bullet.id })
    await updates.return()
    const later = await chat(sessionId, `, after: "${cursor}"`)
    expect(await later.next()).toMatchObject({ seq: 2, kind: 'SENT', bullet: { text: null, moderation: 'REMOVED' } })
    expect(await later.next()).toMatchObject({ seq: 3, kind: 'REMOVED' })
    await later.return()
  })

  it('holds a link until the host releases it', async () => {
    const sessionId = await room.startSession()
    const updates = await chat(sessionId)
    const { bullet } = await send(sessionId, 'claim at https://free.example')
    expect(bullet).toMatchObject({ moderation: 'HELD', number: 1 })
    await send(sessionId, 'hello')
    expect(await textsOf(sessionId)).toEqual(['hello'])
    expect(await textsOf(sessionId, 'moderation: HELD', room.host)).toEqual(['claim at https://free.example'])
    for (const viewer of [null, newViewer()]) {
      await expect(textsOf(sessionId, 'moderation: HELD', viewer)).rejects.toMatchObject({ code: 'FORBIDDEN' })
    }

    const released = await room.act(room.host, 'releaseBullet', { bulletId: bullet.id })
    expect(released.bullet).toMatchObject({ moderation: 'VISIBLE' })
    const changes = [await updates.next(), await updates.next()]
    expect(changes.map((change) => [change.seq, change.bullet.text])).toEqual([
      [1, 'hello'],
      [2, 'claim at https://free.example'],
    ])
    await updates.return()
    expect((await send(sessionId, 'slides at https://deck.example', room.host)).bullet.moderation).toBe('VISIBLE')
  })

  it('of a held bullet says nothing to the chat, and a removed one stays so', async () => {
    const sessionId = await room.startSession()
    const { bullet } = await send(sessionId, 'www.claim.it')
    await room.act(room.host, 'removeBullet', { bulletId: bullet.id })
    expect(await room.act(room.host, 'releaseBullet', { bulletId: bullet.id })).toMatchObject({ faults: [{ field: 'bulletId' }] })
    const sent = await room.live.eventsOf('live.BulletSent')
    const removed = await room.live.eventsOf('live.BulletRemoved')
    expect([...sent, ...removed].filter((event) => event.bulletId === bullet.id)).toEqual([])
  })

  it('is for the host and admins only', async () => {
    const sessionId = await room.startSession()
    const author = newViewer()
    const { bullet } = await send(sessionId, 'mine', author)
    const refused = { __typename: 'InvalidInput', faults: [{ field: 'bulletId' }] }
    for (const mutation of ['removeBullet', 'releaseBullet']) {
      expect(await room.act(author, mutation, { bulletId: bullet.id })).toMatchObject(refused)
      expect(await room.act(room.host, mutation, { bulletId: newId<'Bullet'>(TEST_START) })).toMatchObject(refused)
      expect(await room.act(room.host, mutation, { bulletId: 'nonsense' })).toMatchObject(refused)
    }
  })

  it('releases nothing once the session has ended, and still removes', async () => {
    const sessionId = await room.startSession()
    const { bullet } = await send(sessionId, 'www.claim.it')
    await room.end(sessionId)
    expect(await room.act(room.host, 'releaseBullet', { bulletId: bullet.id })).toMatchObject({ __typename: 'WrongLiveStatus' })
    expect((await room.act(room.host, 'removeBullet', { bulletId: bullet.id })).bullet.moderation).toBe('REMOVED')
  })
})

describe('a ban', () => {
  it('keeps a user from everything in the session until it is taken back', async () => {
    const sessionId = await room.startSession()
    const [rude, other] = [newViewer(), newViewer()]
    const { question } = await room.act(other, 'askQuestion', { sessionId, text: 'Why?' })
    const ban = { sessionId, userId: rude.userId }
    for (let i = 0; i < 2; i++) expect((await room.act(room.host, 'banFromSession', ban)).session.id).toBe(sessionId)
    const refused = { __typename: 'BannedFromSession', code: 'BANNED_FROM_SESSION' }
    expect(await send(sessionId, 'a', rude)).toMatchObject(refused)
    expect(await room.act(rude, 'requestSeat', { sessionId })).toMatchObject(refused)
    expect(await room.act(rude, 'askQuestion', { sessionId, text: 'Why?' })).toMatchObject(refused)
    expect(await room.act(rude, 'upvoteQuestion', { questionId: question.id })).toMatchObject(refused)
    expect(await room.vote(rude, sessionId, 0.6)).toMatchObject(refused)
    expect(await room.act(room.host, 'inviteGuest', ban)).toMatchObject({ faults: [{ field: 'userId' }] })

    const elsewhere = await room.startSession()
    expect((await send(elsewhere, 'a', rude)).__typename).toBe('SendBulletSuccess')
    for (let i = 0; i < 2; i++) expect((await room.act(room.host, 'unbanFromSession', ban)).session.id).toBe(sessionId)
    expect((await send(sessionId, 'sorry', rude)).__typename).toBe('SendBulletSuccess')
  })

  it('takes a guest off the stage', async () => {
    const sessionId = await room.startSession()
    const [guest] = await room.users(1)
    if (!guest) throw new Error('no guest')
    await room.act(room.host, 'inviteGuest', { sessionId, userId: guest.userId })
    await room.act(guest, 'acceptInvite', { sessionId })
    await room.act(room.host, 'banFromSession', { sessionId, userId: guest.userId })
    expect((await room.see(null, sessionId, 'stage { seats { state } }')).stage.seats).toEqual([])
  })

  it('leaves nobody on the stage who comes there at the same moment', async () => {
    const sessionId = await room.startSession()
    const guests = await room.users(8)
    for (const { userId } of guests.slice(4)) await room.act(room.host, 'inviteGuest', { sessionId, userId })
    await Promise.all(
      guests.flatMap((guest, i) => [
        room.act(guest, i < 4 ? 'requestSeat' : 'acceptInvite', { sessionId }),
        room.act(room.host, 'banFromSession', { sessionId, userId: guest.userId }),
      ]),
    )
    expect((await room.see(null, sessionId, 'stage { seats { state } }')).stage.seats).toEqual([])
  })

  it('is the host’s to make, and never of the host', async () => {
    const sessionId = await room.startSession()
    const userId = newViewer().userId
    for (const mutation of ['banFromSession', 'unbanFromSession']) {
      for (const input of [
        { sessionId: 'nonsense', userId },
        { sessionId: newId<'LiveSession'>(TEST_START), userId },
      ]) {
        expect(await room.act(room.host, mutation, input)).toMatchObject({ faults: [{ field: 'sessionId' }] })
      }
      expect(await room.act(newViewer(), mutation, { sessionId, userId })).toMatchObject({ faults: [{ field: 'sessionId' }] })
      expect(await room.act(room.host, mutation, { sessionId, userId: 'nonsense' })).toMatchObject({
        faults: [{ field: 'userId' }],
      })
    }
    const self = await room.act(room.host, 'banFromSession', { sessionId, userId: room.host.userId })
    expect(self).toMatchObject({ faults: [{ field: 'userId' }] })
  })
})
