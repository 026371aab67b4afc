import { newKey, newViewer } from '@planet/runtime/testing/subgraph'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newUuid, type Scenario, startScenario } from './scenario.ts'

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

describe('recordTouch', () => {
  it('stores a touch, says how long it links, and tells the others', async () => {
    const reader = newViewer()
    const { touch } = await scenario.touch(reader, postId, 'CLICK', { surface: 'LIVE' })
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
        postId,
        authorId: author.userId,
        kind: 'CLICK',
        surface: 'LIVE',
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
    const refusal = await scenario.touch(reader, newUuid<'Post'>(), 'TICKET', { visibleMs: 6_000 })
    expect(refusal.faults.map((fault: { field: string }) => fault.field)).toEqual(['postId', 'kind', 'visibleMs'])
    expect(await scenario.touch(reader, postId, 'VIEW', { visibleMs: 4_999 })).toMatchObject({
      __typename: 'InvalidInput',
      faults: [{ field: 'visibleMs' }],
    })
    expect(await touchesOf(reader.userId)).toEqual([])
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
