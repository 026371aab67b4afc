import { newId } from '@planet/runtime/ids'
import { newKey, newViewer, TEST_START } from '@planet/runtime/testing/subgraph'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LiveRoom, startRoom } from './room.ts'

let room: LiveRoom
beforeAll(async () => {
  room = await startRoom()
})
afterAll(() => room[Symbol.asyncDispose]())

const flow = () => ({
  kind: 'ETF_FLOW',
  title: 'US spot BTC ETFs, net flow of the week',
  source: 'Farside',
  sourceUrl: 'https://farside.example/btc',
  value: '-1324100000',
  unit: 'USD',
  asOf: room.live.clock.now().toISOString(),
})
const pin = (sessionId: string, input: Record<string, unknown> = {}) =>
  room.act(room.host, 'pinContext', { sessionId, ...flow(), ...input })

describe('pinned context', () => {
  it('is held up as the host gave it, exactly, until it is taken down', async () => {
    const { session } = await room.schedule()
    const result = await pin(session.id, { title: ' Net flow ', value: '-1324100000.000000000000000001' })
    const pinned = {
      kind: 'ETF_FLOW',
      title: 'Net flow',
      source: 'Farside',
      sourceUrl: 'https://farside.example/btc',
      value: '-1324100000.000000000000000001',
      unit: 'USD',
      asOf: room.live.clock.now().toISOString(),
      pinnedAt: room.live.clock.now().toISOString(),
      unpinnedAt: null,
      instrument: null,
      pinnedBy: { id: room.host.userId },
    }
    expect(result.pin).toMatchObject(pinned)
    const price = await pin(session.id, { kind: 'INSTRUMENT_PRICE', instrumentId: room.instrumentId, value: '89000.5' })
    expect(price.session.contextPins).toEqual([{ id: result.pin.id }, { id: price.pin.id }])
    expect(price.pin.instrument).toEqual({ id: room.instrumentId })

    for (let i = 0; i < 2; i++) {
      const down = await room.act(room.host, 'unpinContext', { pinId: result.pin.id })
      expect(down.pin).toMatchObject({ ...pinned, unpinnedAt: room.live.clock.now().toISOString() })
    }
    expect((await room.see(null, session.id, 'contextPins { id }')).contextPins).toEqual([{ id: price.pin.id }])
  })

  it('is refused with every fault of its input', async () => {
    const { session } = await room.schedule()
    const future = new Date(room.live.clock.now().getTime() + 1).toISOString()
    const result = await pin(session.id, { title: '', source: '', sourceUrl: 'http://a.example', unit: '?', asOf: future })
    expect(result.faults.map((fault: { field: string }) => fault.field)).toEqual(['title', 'source', 'sourceUrl', 'unit', 'asOf'])
    expect(await pin(session.id, { instrumentId: newId<'Instrument'>(TEST_START) })).toMatchObject({
      faults: [{ field: 'instrumentId' }],
    })
    expect(await pin(session.id, { instrumentId: 'nonsense' })).toMatchObject({ faults: [{ field: 'instrumentId' }] })
    expect(await pin(session.id, { value: '99999999999999999999' })).toMatchObject({ __typename: 'PinContextSuccess' })
  })

  it('is at most ten, however many come at once, in a session of one’s own that has not ended', async () => {
    const sessionId = await room.startSession()
    const results = await Promise.all(Array.from({ length: 12 }, () => pin(sessionId)))
    expect(results.filter((result) => result.__typename === 'PinContextSuccess')).toHaveLength(10)
    expect(results.find((result) => result.__typename === 'TooManyPins')).toMatchObject({ limit: 10 })
    const noSession = { faults: [{ field: 'sessionId' }] }
    for (const id of ['nonsense', newId<'LiveSession'>(TEST_START)]) expect(await pin(id)).toMatchObject(noSession)
    expect(await room.act(newViewer(), 'pinContext', { sessionId, ...flow() })).toMatchObject(noSession)
    const { pin: pinned } = results.find((result) => result.pin)
    const noPin = { faults: [{ field: 'pinId' }] }
    expect(await room.act(newViewer(), 'unpinContext', { pinId: pinned.id })).toMatchObject(noPin)
    for (const pinId of ['nonsense', newId<'ContextPin'>(TEST_START)]) {
      expect(await room.act(room.host, 'unpinContext', { pinId })).toMatchObject(noPin)
    }
    await room.end(sessionId)
    expect(await pin(sessionId)).toMatchObject({ __typename: 'WrongLiveStatus', status: 'ENDED' })
    expect(await room.act(room.host, 'unpinContext', { pinId: pinned.id })).toMatchObject({ __typename: 'WrongLiveStatus' })
    expect((await room.see(null, sessionId, 'contextPins { id }')).contextPins).toHaveLength(10)
  })

  it('is pinned once per idempotency key', async () => {
    const { session } = await room.schedule()
    const input = { ...flow(), idempotencyKey: newKey() }
    const [first, again] = [await pin(session.id, input), await pin(session.id, input)]
    expect(again.pin.id).toBe(first.pin.id)
  })
})

describe('the recording of a session', () => {
  it('tells what happened and when, from the start on', async () => {
    const { session } = await room.schedule()
    const sessionId: string = session.id
    const before = await pin(sessionId)
    expect((await room.see(null, sessionId, 'timeline { edges { node { kind offsetMs } } }')).timeline.edges).toEqual([
      { node: { kind: 'CONTEXT_PINNED', offsetMs: null } },
    ])
    room.pass(60)
    await room.start(sessionId)
    const [guest] = await room.users(1)
    if (!guest) throw new Error('no guest')
    room.pass(1)
    await room.act(room.host, 'inviteGuest', { sessionId, userId: guest.userId })
    await room.act(guest, 'acceptInvite', { sessionId })
    room.pass(1)
    const { question } = await room.act(guest, 'askQuestion', { sessionId, text: 'Why?' })
    await room.act(room.host, 'takeQuestion', { questionId: question.id })
    room.pass(1)
    await room.act(room.host, 'unpinContext', { pinId: before.pin.id })
    room.pass(1)
    await room.end(sessionId)

    const selection = 'kind offsetMs user { id } question { id state } pin { id }'
    const { timeline } = await room.see(null, sessionId, `timeline { edges { node { ${selection} } } }`)
    const nobody = { user: null, question: null, pin: null }
    const byGuest = { ...nobody, user: { id: guest.userId } }
    const aboutQuestion = { ...nobody, question: { id: question.id, state: 'ANSWERED' } }
    const aboutPin = { ...nobody, pin: { id: before.pin.id } }
    expect(timeline.edges.map((edge: { node: object }) => edge.node)).toEqual([
      { kind: 'CONTEXT_PINNED', offsetMs: 0, ...aboutPin },
      { kind: 'STARTED', offsetMs: 0, ...nobody },
      { kind: 'GUEST_JOINED', offsetMs: 1_000, ...byGuest },
      { kind: 'QUESTION_TAKEN', offsetMs: 2_000, ...aboutQuestion },
      { kind: 'CONTEXT_UNPINNED', offsetMs: 3_000, ...aboutPin },
      { kind: 'GUEST_LEFT', offsetMs: 4_000, ...byGuest },
      { kind: 'QUESTION_ANSWERED', offsetMs: 4_000, ...aboutQuestion },
      { kind: 'ENDED', offsetMs: 4_000, ...nobody },
    ])

    const page = async (after: string | null) => {
      const args = after ? `first: 5, after: "${after}"` : 'first: 5'
      const seen = await room.see(
        null,
        sessionId,
        `timeline(${args}) { edges { node { kind } } pageInfo { endCursor hasNextPage } }`,
      )
      return seen.timeline
    }
    const first = await page(null)
    expect(first.pageInfo.hasNextPage).toBe(true)
    const kinds = (await page(first.pageInfo.endCursor)).edges.map((edge: { node: { kind: string } }) => edge.node.kind)
    expect(kinds).toEqual(['GUEST_LEFT', 'QUESTION_ANSWERED', 'ENDED'])
  })

  it('names the predictions that were locked, by the host or by the end, and when votes were taken again', async () => {
    const sessionId = await room.startSession()
    room.pass(30)
    for (const probability of [0.8, 0.6, 0.7]) await room.vote(await room.verifiedUser(), sessionId, probability)
    await room.lock(sessionId)
    room.pass(1)
    for (let i = 0; i < 2; i++) await room.openVoting(sessionId)
    await room.vote(await room.verifiedUser(), sessionId, 0.6)
    await room.end(sessionId)
    const selection = 'timeline { edges { node { kind prediction { id } } } } predictions { edges { node { id } } }'
    const { timeline, predictions } = await room.see(null, sessionId, selection)
    const [{ node: atEnd }, { node: byHost }] = predictions.edges
    expect(timeline.edges.map((edge: { node: object }) => edge.node)).toEqual([
      { kind: 'STARTED', prediction: null },
      { kind: 'PREDICTION_LOCKED', prediction: byHost },
      { kind: 'VOTING_OPENED', prediction: null },
      { kind: 'PREDICTION_LOCKED', prediction: atEnd },
      { kind: 'ENDED', prediction: null },
    ])
  })
})
