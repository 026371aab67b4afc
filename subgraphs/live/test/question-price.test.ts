import { newKey, newViewer } from '@planet/runtime/testing/subgraph'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LiveRoom, startRoom } from './room.ts'

let room: LiveRoom
beforeAll(async () => {
  room = await startRoom()
})
afterAll(() => room[Symbol.asyncDispose]())

const PRICE = { amount: '2.500000000000000001', currency: 'USDC' }
const PRICED = 'questions { edges { node { text price { amount currency } } } }'
const textsOf = async (sessionId: string) =>
  (await room.see(null, sessionId, PRICED)).questions.edges.map((edge: { node: object }) => edge.node)

describe('a session whose questions have a price', () => {
  it('says so from its announcement on, to the last digit, and each question keeps it', async () => {
    const sessionId = await room.startSession({ questionPrice: PRICE })
    expect(await room.see(null, sessionId, 'questionPrice { amount currency }')).toEqual({ questionPrice: PRICE })
    const board = await room.follow(`questionsChanged(sessionId: "${sessionId}")`, 'seq questions { price { amount currency } }')
    const asked = await room.act(newViewer(), 'askQuestion', { sessionId, text: 'Why?', price: PRICE })
    expect(asked.question.price).toEqual(PRICE)
    expect((await board.until((value) => value.seq === 1)).questions).toEqual([{ price: PRICE }])
    await board.return()
    await room.act(room.host, 'answerQuestion', { questionId: asked.question.id })
    await room.end(sessionId)
    expect(await textsOf(sessionId)).toEqual([{ text: 'Why?', price: PRICE }])
  })

  it('takes no question from whoever has not named that price, and stores none', async () => {
    const sessionId = await room.startSession({ questionPrice: PRICE })
    for (const price of [undefined, null, { ...PRICE, amount: '2.5' }, { ...PRICE, currency: 'USDT' }]) {
      const refused = await room.act(newViewer(), 'askQuestion', { sessionId, text: 'Why?', price })
      expect(refused).toMatchObject({ code: 'INVALID_INPUT', faults: [{ field: 'price' }] })
      expect(refused.faults[0].message).toContain('2.500000000000000001 USDC')
    }
    expect(await textsOf(sessionId)).toEqual([])
  })

  it('asks one price once per idempotency key, and a key with another price is a conflict', async () => {
    const sessionId = await room.startSession({ questionPrice: PRICE })
    const [viewer, idempotencyKey] = [newViewer(), newKey()]
    const ask = (price: object) => room.act(viewer, 'askQuestion', { sessionId, text: 'Why?', price, idempotencyKey })
    const [first, again] = [await ask(PRICE), await ask(PRICE)]
    expect(again.question).toEqual(first.question)
    await expect(ask({ ...PRICE, amount: '1' })).rejects.toMatchObject({ code: 'CONFLICT' })
  })

  it('is not scheduled with a price that is none', async () => {
    const faultsOf = async (questionPrice: object) =>
      (await room.schedule({ questionPrice })).faults.map((fault: { field: string }) => fault.field)
    expect(await faultsOf({ amount: '0', currency: 'usdc' })).toEqual(['questionPrice.amount', 'questionPrice.currency'])
    expect(await faultsOf({ amount: '-1', currency: 'USDC' })).toEqual(['questionPrice.amount'])
  })
})

describe('a session whose questions are free', () => {
  it('has no price, and takes a question only without one', async () => {
    const sessionId = await room.startSession()
    expect((await room.see(null, sessionId, 'questionPrice { amount }')).questionPrice).toBeNull()
    const refused = await room.act(newViewer(), 'askQuestion', { sessionId, text: 'Why?', price: PRICE })
    expect(refused).toMatchObject({ faults: [{ field: 'price' }] })
    expect((await room.act(newViewer(), 'askQuestion', { sessionId, text: 'Why?' })).question.price).toBeNull()
  })
})
