import { newId } from '@planet/runtime/ids'
import { newKey, newViewer, TEST_START } from '@planet/runtime/testing/subgraph'
import type { Viewer } from '@planet/runtime/viewer'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LiveRoom, startRoom } from './room.ts'

let room: LiveRoom
beforeAll(async () => {
  room = await startRoom()
})
afterAll(() => room[Symbol.asyncDispose]())

const STAGE = 'seq at maxSeats requestCount seats { state user { id } } session { id status }'
const invite = (sessionId: string, guest: Viewer) => room.act(room.host, 'inviteGuest', { sessionId, userId: guest.userId })
const stageOf = async (sessionId: string) => (await room.see(null, sessionId, `stage { ${STAGE} }`)).stage
const user = async () => {
  const [viewer] = await room.users(1)
  if (!viewer) throw new Error('no user')
  return viewer
}

describe('a guest seat', () => {
  it('is asked for, offered, taken and left, and each of it is told when', async () => {
    const sessionId = await room.startSession()
    const guest = await user()
    const at: string[] = []
    const step = async (act: () => Promise<{ seat: object; stage: { seq: number } }>) => {
      room.pass(1)
      at.push(room.live.clock.now().toISOString())
      return act()
    }
    const requested = await step(() => room.act(guest, 'requestSeat', { sessionId }))
    expect(requested.seat).toEqual({
      state: 'REQUESTED',
      requestedAt: at[0],
      invitedAt: null,
      onStageAt: null,
      leftAt: null,
      user: { id: guest.userId },
    })
    expect(requested.stage).toMatchObject({ seq: 1, maxSeats: 8, requestCount: 1, seats: [{ state: 'REQUESTED' }] })
    expect((await step(() => invite(sessionId, guest))).seat).toMatchObject({ state: 'INVITED', invitedAt: at[1] })
    const accepted = await step(() => room.act(guest, 'acceptInvite', { sessionId }))
    expect(accepted.seat).toMatchObject({ state: 'ON_STAGE', onStageAt: at[2] })
    expect(accepted.stage).toMatchObject({ requestCount: 0, seats: [{ state: 'ON_STAGE', user: { id: guest.userId } }] })
    const left = await step(() => room.act(guest, 'leaveStage', { sessionId }))
    expect(left.seat).toMatchObject({ state: 'LEFT', requestedAt: at[0], invitedAt: at[1], onStageAt: at[2], leftAt: at[3] })
    expect(left.stage).toMatchObject({ seq: 4, seats: [] })
  })

  it('can be offered to whoever has not asked, also before the start, and taken back', async () => {
    const { session } = await room.schedule()
    const guest = await user()
    expect((await invite(session.id, guest)).seat.state).toBe('INVITED')
    const removed = await room.act(room.host, 'removeGuest', { sessionId: session.id, userId: guest.userId })
    expect(removed.seat.state).toBe('LEFT')
    expect(await room.act(guest, 'acceptInvite', { sessionId: session.id })).toMatchObject({
      __typename: 'WrongSeatState',
      state: 'LEFT',
    })
  })

  it('is refused where the state does not allow the step', async () => {
    const sessionId = await room.startSession()
    const [guest, stranger] = [await user(), newViewer()]
    const wrong = (state: string | null) => ({ __typename: 'WrongSeatState', code: 'WRONG_SEAT_STATE', state })
    expect(await room.act(stranger, 'acceptInvite', { sessionId })).toMatchObject(wrong(null))
    expect(await room.act(stranger, 'leaveStage', { sessionId })).toMatchObject(wrong(null))
    expect(await room.act(room.host, 'removeGuest', { sessionId, userId: stranger.userId })).toMatchObject(wrong(null))
    await room.act(guest, 'requestSeat', { sessionId })
    expect(await room.act(guest, 'requestSeat', { sessionId })).toMatchObject(wrong('REQUESTED'))
    expect(await room.act(guest, 'acceptInvite', { sessionId })).toMatchObject(wrong('REQUESTED'))
    await invite(sessionId, guest)
    expect(await invite(sessionId, guest)).toMatchObject(wrong('INVITED'))
  })

  it('is refused with the fault of its input', async () => {
    const sessionId = await room.startSession()
    const guest = await user()
    const noSession = { __typename: 'InvalidInput', faults: [{ field: 'sessionId' }] }
    for (const id of ['nonsense', newId<'LiveSession'>(TEST_START)]) {
      for (const mutation of ['requestSeat', 'acceptInvite', 'leaveStage']) {
        expect(await room.act(guest, mutation, { sessionId: id })).toMatchObject(noSession)
      }
      for (const mutation of ['inviteGuest', 'removeGuest']) {
        expect(await room.act(room.host, mutation, { sessionId: id, userId: guest.userId })).toMatchObject(noSession)
      }
    }
    for (const mutation of ['inviteGuest', 'removeGuest']) {
      expect(await room.act(guest, mutation, { sessionId, userId: guest.userId })).toMatchObject(noSession)
      expect(await room.act(room.host, mutation, { sessionId, userId: 'nonsense' })).toMatchObject({
        faults: [{ field: 'userId' }],
      })
    }
    // Nobody who never registered, and not the host.
    for (const userId of [newViewer().userId, room.host.userId]) {
      expect(await room.act(room.host, 'inviteGuest', { sessionId, userId })).toMatchObject({ faults: [{ field: 'userId' }] })
    }
    expect(await room.act(room.host, 'requestSeat', { sessionId })).toMatchObject(noSession)
    await expect(room.act(null, 'requestSeat', { sessionId })).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })

  it('is asked for once per idempotency key', async () => {
    const sessionId = await room.startSession()
    const [guest, idempotencyKey] = [newViewer(), newKey()]
    const results = await Promise.all([1, 2].map(() => room.act(guest, 'requestSeat', { sessionId, idempotencyKey })))
    expect(results.map((result) => result.__typename)).toEqual(['RequestSeatSuccess', 'RequestSeatSuccess'])
    expect((await stageOf(sessionId)).seq).toBe(1)
  })
})

describe('the stage', () => {
  it('never has more guests than seats, however many come at once', async () => {
    const sessionId = await room.startSession({ maxSeats: 2 })
    const guests = await room.users(6)
    await Promise.all(guests.map((guest) => invite(sessionId, guest)))
    const results = await Promise.all(guests.map((guest) => room.act(guest, 'acceptInvite', { sessionId })))
    expect(results.filter((result) => result.__typename === 'AcceptInviteSuccess')).toHaveLength(2)
    const full = results.filter((result) => result.__typename === 'StageFull')
    expect(full).toHaveLength(4)
    expect(full[0]).toMatchObject({ code: 'STAGE_FULL', maxSeats: 2 })
    expect(await stageOf(sessionId)).toMatchObject({ maxSeats: 2, seq: 8 })

    // A seat that is left is free.
    const onStage = guests.filter((_, i) => results[i].__typename === 'AcceptInviteSuccess')
    const waiting = guests.find((_, i) => results[i].__typename === 'StageFull')
    if (!onStage[0] || !waiting) throw new Error('nobody on stage')
    await room.act(onStage[0], 'leaveStage', { sessionId })
    expect((await room.act(waiting, 'acceptInvite', { sessionId })).seat.state).toBe('ON_STAGE')
  })

  it('has 0 to 20 seats', async () => {
    for (const maxSeats of [-1, 21]) {
      expect(await room.schedule({ maxSeats })).toMatchObject({ faults: [{ field: 'maxSeats' }] })
    }
    for (const maxSeats of [0, 20]) expect((await room.schedule({ maxSeats })).__typename).toBe('ScheduleLiveSuccess')
  })

  it('shows who is on it, then who is invited, then who asks, in order', async () => {
    const sessionId = await room.startSession()
    const [first, second, third, fourth] = await room.users(4)
    if (!first || !second || !third || !fourth) throw new Error('too few users')
    await room.act(fourth, 'requestSeat', { sessionId })
    await room.act(third, 'requestSeat', { sessionId })
    await invite(sessionId, second)
    await invite(sessionId, first)
    await room.act(first, 'acceptInvite', { sessionId })
    const { seats, requestCount } = await stageOf(sessionId)
    expect(seats.map((seat: { user: { id: string } }) => seat.user.id)).toEqual(
      [first, second, fourth, third].map((viewer) => viewer.userId),
    )
    expect(requestCount).toBe(2)
  })

  it('is empty once the session has ended, and nobody comes any more', async () => {
    const sessionId = await room.startSession()
    const guests = await room.users(3)
    await Promise.all(guests.map((guest) => invite(sessionId, guest)))
    // Whoever accepts while the session ends is either off again or refused.
    const [, ...results] = await Promise.all([
      room.end(sessionId),
      ...guests.map((guest) => room.act(guest, 'acceptInvite', { sessionId })),
    ])
    for (const result of results)
      expect(['AcceptInviteSuccess', 'WrongLiveStatus', 'WrongSeatState']).toContain(result.__typename)
    expect(await stageOf(sessionId)).toMatchObject({ seats: [], requestCount: 0, session: { status: 'ENDED' } })
    for (const mutation of ['requestSeat', 'leaveStage']) {
      expect(await room.act(newViewer(), mutation, { sessionId })).toMatchObject({
        __typename: 'WrongLiveStatus',
        status: 'ENDED',
      })
    }
  })
})

describe('stageChanged', () => {
  it('gives the whole stage at once and after each change, with a growing seq, until the session ends', async () => {
    const sessionId = await room.startSession()
    const guest = await user()
    const updates = await room.follow(`stageChanged(sessionId: "${sessionId}")`, STAGE)
    expect(await updates.next()).toEqual({
      seq: 0,
      at: room.live.clock.now().toISOString(),
      maxSeats: 8,
      requestCount: 0,
      seats: [],
      session: { id: sessionId, status: 'LIVE' },
    })
    await room.act(guest, 'requestSeat', { sessionId })
    expect(await updates.next()).toMatchObject({ seq: 1, requestCount: 1, seats: [{ state: 'REQUESTED' }] })
    await invite(sessionId, guest)
    await room.act(guest, 'acceptInvite', { sessionId })
    const onStage = await updates.until((stage) => stage.seq === 3)
    expect(onStage.seats).toEqual([{ state: 'ON_STAGE', user: { id: guest.userId } }])
    await room.end(sessionId)
    expect(await updates.until((stage) => stage.seq === 4)).toMatchObject({ seats: [], session: { status: 'ENDED' } })
    expect(await updates.next()).toBeNull()
  })

  it('of no session is BAD_USER_INPUT', async () => {
    for (const id of ['nonsense', newId<'LiveSession'>(TEST_START)]) {
      await expect(room.follow(`stageChanged(sessionId: "${id}")`, 'seq')).rejects.toMatchObject({ code: 'BAD_USER_INPUT' })
    }
  })
})
