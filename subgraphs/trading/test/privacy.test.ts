import { type Id, newId } from '@planet/runtime/ids'
import { newViewer } from '@planet/runtime/testing/subgraph'
import type { Viewer } from '@planet/runtime/viewer'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { candlesFrom, flat, hour, published, startTrading, type TestTrading } from './market.ts'

let market: TestTrading
let instrumentId: Id<'Instrument'>
const author = newViewer()
const circleId = newId<'Circle'>(hour(0))
const otherCircleId = newId<'Circle'>(hour(0))

beforeAll(async () => {
  market = await startTrading()
  instrumentId = await market.newInstrument(candlesFrom(hour(0), '1h', [flat('100'), flat('100'), flat('100')]))
  await market.advance(hour(1))
})
afterAll(() => market[Symbol.asyncDispose]())

let changes = 0
const setMembership = (viewer: Viewer, state: 'MEMBER' | 'LEFT') =>
  market.trading.publish({
    stream: `circle:${circleId}`,
    type: 'circles.MembershipChanged',
    payload: { circleId, userId: viewer.userId, state, hostId: author.userId, revision: ++changes },
  })

const PLAN = { stop: '95', entryKind: 'LIMIT', entry: '99' } as const

/** An order of a new member, from a ticket on a signal that only the circle may see. */
async function orderFromCircle() {
  const member = newViewer()
  await setMembership(member, 'MEMBER')
  const postId = newId<'Post'>(hour(1))
  await market.trading.publish(
    published({ postId, authorId: newViewer().userId, at: hour(1), circleId }, { instrumentId, ...PLAN }),
  )
  const { ticket } = await market.openTicket(member, { postId })
  const { attributionToken } = ticket
  const { order } = await market.placeOrder(member, { instrumentId, side: 'SELL', quantity: '1', attributionToken })
  return { member, postId, orderId: order.id as string }
}

const TICKET = '{ order(id: "ID") { ticket { side stop limitPrice post { __typename id } } } }'
const ticketOf = async (viewer: Viewer, orderId: string) => {
  const { data, errors } = await market.trading.query(viewer, TICKET.replace('ID', orderId))
  expect(errors).toBeUndefined()
  return data.order.ticket
}

describe("a ticket on a circle's post", () => {
  it('shows the plan and the post to its owner while a member', async () => {
    const { member, postId, orderId } = await orderFromCircle()
    expect(await ticketOf(member, orderId)).toEqual({
      side: 'BUY',
      stop: '95',
      limitPrice: '99',
      post: { __typename: 'Post', id: postId },
    })
  })

  it('hands neither plan nor post to analysts and admins, also when they ask for ids only', async () => {
    const { orderId } = await orderFromCircle()
    for (const role of ['analyst', 'admin'] as const) {
      expect(await ticketOf(newViewer(role), orderId)).toBeNull()
      expect(await market.entity(newViewer(role), 'Order', orderId, 'side ticket { id }')).toEqual({ side: 'SELL', ticket: null })
    }
  })

  it('is shown to an analyst who is a member', async () => {
    const { orderId, postId } = await orderFromCircle()
    const analyst = newViewer('analyst')
    await setMembership(analyst, 'MEMBER')
    expect(await ticketOf(analyst, orderId)).toMatchObject({ side: 'BUY', post: { id: postId } })
  })

  it('keeps nothing of the post for an owner who has left, whether it is asked for or opened anew', async () => {
    const { member, postId, orderId } = await orderFromCircle()
    const input = { idempotencyKey: 'the same', postId }
    const { ticket } = await market.openTicket(member, input)
    await setMembership(member, 'LEFT')
    const nothing = { side: null, stop: null, limitPrice: null, post: null }
    expect(await ticketOf(member, orderId)).toEqual(nothing)
    expect((await market.openTicket(member, input)).ticket).toMatchObject({ ...nothing, id: ticket.id })
    const orders = await market.trading.query(member, '{ myOrders { edges { node { ticket { post { id } } } } } }')
    expect(orders).toEqual({ data: { myOrders: { edges: [{ node: { ticket: { post: null } } }] } } })
  })
})

it("an analyst sees the plan of a public post's ticket", async () => {
  const ada = newViewer()
  const postId = newId<'Post'>(hour(1))
  await market.trading.publish(published({ postId, authorId: newViewer().userId, at: hour(1) }, { instrumentId, ...PLAN }))
  const { ticket } = await market.openTicket(ada, { postId })
  const { attributionToken } = ticket
  const { order } = await market.placeOrder(ada, { instrumentId, side: 'SELL', quantity: '1', attributionToken })
  expect(await ticketOf(newViewer('analyst'), order.id)).toMatchObject({ side: 'BUY', stop: '95', post: { id: postId } })
})

describe("a circle's open signal", () => {
  const stateOf = async (viewer: Viewer | null, signalId: string) =>
    (await market.entity(viewer, 'Signal', signalId, 'outcome { state }')).outcome?.state
  const publish = async (creator: Viewer, audience: { circleId?: string; inviteTo?: string } = {}) => {
    const signalId = newId<'Signal'>(hour(1))
    const event = published({ authorId: creator.userId, at: hour(1), ...audience }, { signalId, instrumentId })
    if (audience.inviteTo) event.payload.circleId = audience.inviteTo
    await market.trading.publish(event)
    return signalId
  }

  it('does not make a public one a duplicate, which would tell everybody of it', async () => {
    const creator = newViewer()
    await publish(creator, { circleId })
    expect(await stateOf(null, await publish(creator, { inviteTo: circleId }))).not.toBe('DUPLICATE')
  })

  it('does not tell another circle of itself either, and is one of many in its own', async () => {
    const creator = newViewer()
    await publish(creator, { circleId })
    expect(await stateOf(creator, await publish(creator, { circleId: otherCircleId }))).not.toBe('DUPLICATE')
    expect(await stateOf(creator, await publish(creator, { circleId }))).toBe('DUPLICATE')
  })

  it('is a duplicate of a public one, which its members see', async () => {
    const creator = newViewer()
    await publish(creator)
    expect(await stateOf(creator, await publish(creator, { circleId }))).toBe('DUPLICATE')
  })
})
