import { newKey, newViewer } from '@planet/runtime/testing/subgraph'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { analyst, btcUsd, newUuid, type Scenario, startScenario } from './scenario.ts'

let scenario: Scenario
let postId: string
const author = newViewer()
beforeAll(async () => {
  scenario = await startScenario()
  postId = await scenario.post(author)
})
afterAll(() => scenario.test[Symbol.asyncDispose]())

const touchesOf = async (userId: string) =>
  (await scenario.test.eventsOf('incentives.TouchRecorded')).filter((payload) => payload.userId === userId)

const fieldsOf = (refusal: { faults: readonly { field: string }[] }) => refusal.faults.map(({ field }) => field)

describe('recordTouch', () => {
  it('stores a touch, says how long it links, and tells the others', async () => {
    const reader = newViewer()
    const feedItemId = newUuid()
    const { touch } = await scenario.touch(reader, postId, 'CLICK', { surface: 'LIVE', feedItemId })
    expect(touch).toEqual({
      id: expect.any(String),
      kind: 'CLICK',
      at: scenario.hours(0).toISOString(),
      linksUntil: scenario.hours(72).toISOString(),
    })
    expect(await touchesOf(reader.userId)).toEqual([
      {
        touchId: touch.id,
        userId: reader.userId,
        targetKind: 'POST',
        targetId: postId,
        authorId: author.userId,
        kind: 'CLICK',
        surface: 'LIVE',
        visibleMs: null,
        feedItemId,
        at: touch.at,
      },
    ])
  })

  it('is not taken 600 times a minute from one user, and keeps nobody else from it', async () => {
    const reader = newViewer()
    const codes: string[] = []
    const touch = () => scenario.touch(reader, postId)
    const touchMany = async () => {
      for (let i = 0; i < 150; i++)
        await touch().then(
          () => codes.push('TAKEN'),
          (error: { code: string }) => codes.push(error.code),
        )
    }
    await Promise.all([1, 2, 3, 4].map(touchMany))
    expect(codes.filter((code) => code === 'RATE_LIMITED')).toHaveLength(360)
    expect(codes.filter((code) => code === 'TAKEN')).toHaveLength(240)
    expect(await touchesOf(reader.userId)).toHaveLength(240)
    // The platform's clock may run as fast as it likes.
    scenario.wait(1)
    await expect(scenario.touch(reader, postId)).rejects.toMatchObject({ code: 'RATE_LIMITED' })
    expect((await scenario.touch(newViewer(), postId)).__typename).toBe('RecordTouchSuccess')
  })

  it('wants a signed-in viewer', async () => {
    await expect(scenario.touch(null, postId)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })

  it('lists every fault at once, and stores nothing', async () => {
    const reader = newViewer()
    const refusal = await scenario.touch(reader, newUuid<'Post'>(), 'TICKET', { visibleMs: 6_000, feedItemId: '7' })
    expect(fieldsOf(refusal)).toEqual(['postId', 'kind', 'visibleMs', 'feedItemId'])
    expect(fieldsOf(await scenario.touch(reader, postId, 'GLANCE', { visibleMs: 4_999 }))).toEqual(['kind'])
    expect(fieldsOf(await scenario.meet(reader, {}))).toEqual(['postId'])
    expect(fieldsOf(await scenario.meet(reader, { postId, circleId: newUuid() }))).toEqual(['postId', 'circleId'])
    expect(await touchesOf(reader.userId)).toEqual([])
  })

  it('keeps a view of less than 5 seconds as a glance, which links nothing', async () => {
    const reader = newViewer()
    const glanced = await scenario.post(author)
    const { touch } = await scenario.touch(reader, glanced, 'VIEW', { visibleMs: 4_999 })
    expect(touch).toMatchObject({ kind: 'GLANCE', linksUntil: null })
    expect(await touchesOf(reader.userId)).toMatchObject([{ kind: 'GLANCE', visibleMs: 4_999, targetId: glanced }])
    await scenario.trade(reader)
    expect((await scenario.linkedTrades(analyst, glanced)).edges).toEqual([])
    await scenario.touch(reader, glanced, 'VIEW')
    await scenario.trade(reader)
    expect((await scenario.linkedTrades(analyst, glanced)).edges).toMatchObject([{ rule: 'VIEW' }])
  })

  it('returns the first result for a repeated key, and refuses the key with another input', async () => {
    const reader = newViewer()
    const idempotencyKey = newKey()
    const first = await scenario.touch(reader, postId, 'CLICK', { idempotencyKey })
    scenario.wait(1)
    expect(await scenario.touch(reader, postId, 'CLICK', { idempotencyKey })).toEqual(first)
    expect(await touchesOf(reader.userId)).toHaveLength(1)
    await expect(scenario.touch(reader, postId, 'VIEW', { idempotencyKey })).rejects.toMatchObject({ code: 'CONFLICT' })
  })

  it('stores one touch of two equal calls at once', async () => {
    const reader = newViewer()
    const idempotencyKey = newKey()
    const calls = [1, 2].map(() => scenario.touch(reader, postId, 'CLICK', { idempotencyKey }))
    const [one, other] = await Promise.all(calls)
    expect(one).toEqual(other)
    expect(await touchesOf(reader.userId)).toHaveLength(1)
  })

  it('refuses a retracted post, while its earlier touches still link', async () => {
    const reader = newViewer()
    const retracted = await scenario.post(author)
    await scenario.touch(reader, retracted)
    await scenario.test.publish({
      stream: `creator:${author.userId}`,
      type: 'posts.PostRetracted',
      payload: { postId: retracted, authorId: author.userId, signalId: null, retractedAt: scenario.hours(0).toISOString() },
    })
    expect(await scenario.touch(reader, retracted)).toMatchObject({ faults: [{ field: 'postId' }] })
    await scenario.trade(reader)
    expect((await scenario.linkedTrades(reader, retracted)).edges).toHaveLength(1)
  })
})

it('records a ticket of trading as a touch, once, and tells the others', async () => {
  const reader = newViewer()
  const ticketId = await scenario.ticket(reader, postId)
  expect(await touchesOf(reader.userId)).toMatchObject([
    { touchId: ticketId, kind: 'TICKET', surface: null, authorId: author.userId },
  ])
})

describe('a touch of what is no post', () => {
  it.each([
    ['CREATOR', 'creatorId', 'PERSONA', () => scenario.openProfile()],
    ['SESSION', 'sessionId', 'LIVE', () => scenario.schedule()],
    ['CIRCLE', 'circleId', 'CIRCLE', openCircle],
  ] as const)('is kept for a %s, and links nothing', async (targetKind, field, surface, open) => {
    const reader = newViewer()
    const targetId = await open()
    const viewed = await scenario.meet(reader, { [field]: targetId, kind: 'VIEW', visibleMs: 61_000, surface })
    expect(viewed.touch).toMatchObject({ kind: 'VIEW', linksUntil: null })
    await scenario.meet(reader, { [field]: targetId, surface })
    expect(await touchesOf(reader.userId)).toMatchObject([
      { targetKind, targetId, authorId: null, kind: 'VIEW', surface, visibleMs: 61_000, feedItemId: null },
      { targetKind, targetId, authorId: null, kind: 'CLICK', surface, visibleMs: null, feedItemId: null },
    ])
    const tradeId = await scenario.trade(reader, btcUsd)
    expect((await scenario.tradeOf(reader, tradeId)).sourcePosts.edges).toEqual([])
  })

  it.each([
    ['creatorId', 'No such creator.'],
    ['sessionId', 'No such session.'],
    ['circleId', 'No such circle.'],
  ])('is refused for a %s that is none, or that is malformed, with the same words', async (field, message) => {
    const reader = newViewer()
    for (const text of [newUuid(), reader.userId, postId, 'x', ''])
      expect(await scenario.meet(reader, { [field]: text })).toMatchObject({ faults: [{ field, message }] })
    expect(await touchesOf(reader.userId)).toEqual([])
  })

  it("is kept of a circle for those who are not in it, whose posts are to them as if they weren't there", async () => {
    const [outsider, member] = [newViewer(), newViewer()]
    const circleId = await openCircle()
    await scenario.setMembership(circleId, member, 'MEMBER', 2)
    const hidden = await scenario.post(author, { audience: 'CIRCLE', circleId })
    expect((await scenario.meet(outsider, { circleId })).__typename).toBe('RecordTouchSuccess')
    expect(await scenario.meet(outsider, { postId: hidden })).toMatchObject({ faults: [{ message: 'No such post.' }] })
    expect((await scenario.meet(member, { postId: hidden })).__typename).toBe('RecordTouchSuccess')
  })
})

async function openCircle(): Promise<string> {
  const circleId = newUuid<'Circle'>()
  await scenario.setMembership(circleId, newViewer(), 'MEMBER', 1)
  return circleId
}
