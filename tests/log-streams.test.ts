import { getPerson } from '@planet/platform/people'
import { PATIENCE_MS } from '@planet/runtime/testing/patience'
import { type Client, createClient } from 'graphql-ws'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { startTestPlatform, type TestPlatform } from './support/platform.ts'
import { signalOf } from './support/signal.ts'

const DAY_MS = 86_400_000
vi.setConfig({ hookTimeout: 5 * PATIENCE_MS })

let test: TestPlatform
let instrumentId: string
const opened: { dispose(): unknown }[] = []
beforeAll(async () => {
  test = await startTestPlatform(8)
  const { data } = await test.query(null, '{ instruments(first: 1) { edges { node { id } } } }')
  instrumentId = data.instruments.edges[0].node.id
})
afterAll(async () => {
  for (const client of opened) await client.dispose()
  await test?.[Symbol.asyncDispose]()
})

/** A person's own socket; null is anonymous. */
async function connect(person: string | null) {
  const token = person === null ? null : await test.tokenOf(person)
  const client = createClient({
    url: `${test.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    ...(token === null ? {} : { connectionParams: { authorization: `Bearer ${token}` } }),
  })
  opened.push(client)
  return client
}

// biome-ignore lint: the payload's shape is the test's own subscription
type Payload = any
type Results = ReturnType<Client['iterate']> & AsyncIterable<{ readonly data?: Payload }>

/** The payload of the next event, which must have no errors. */
async function next(results: Results): Promise<Payload> {
  const { value } = await results.next()
  if (!value?.data || value.errors) throw new Error(`no event: ${JSON.stringify(value)}`)
  return Object.values(value.data)[0]
}

/** The code with which the subscription ends. */
async function endOf(results: Results): Promise<unknown> {
  const { value } = await results.next()
  const code = value?.errors?.[0]?.extensions?.code
  expect(value?.data ?? null).toBeNull()
  expect((await results.next()).done).toBe(true)
  return code
}

const publishSignal = (person: string, title: string, input: Record<string, unknown> = {}) =>
  test.mutate(person, 'publishSignal', '... on PublishSignalSuccess { post { id signal { id } } }', {
    ...signalOf(instrumentId, title, 'PT1H'),
    ...input,
  })

/** The id of a new circle. */
async function newCircle(person: string, admissionPolicy = 'APPROVAL'): Promise<string> {
  const input = { name: 'Friends', purpose: '', admissionPolicy }
  const { circle } = await test.mutate(person, 'openCircle', '... on OpenCircleSuccess { circle { id } }', input)
  // Posts has to hear of its members.
  await test.platform.idle()
  return circle.id
}

const SIGNALS = `subscription ($creatorIds: [ID!], $after: Cursor) { signalPublished(creatorIds: $creatorIds, after: $after) {
  seq cursor signal { id side instrument { symbol } outcome { state } } post { title author { handle } } } }`
const ACTIVITY = `subscription ($circleId: ID!, $after: Cursor) { circleActivity(circleId: $circleId, after: $after) {
  seq cursor kind user { handle } post { title author { handle } } } }`

/** The cursor after everything that has happened. */
const now = () => test.platform.events.settled()

const open = async (person: string | null, query: string, variables: Record<string, unknown>): Promise<Results> =>
  (await connect(person)).iterate({ query, variables })

describe('through the gateway', () => {
  it('a signal comes joined with its instrument, its author and its outcome, and can be gone on from', async () => {
    const variables = { creatorIds: [getPerson('otto').userId] }
    const signals = await open(null, SIGNALS, { ...variables, after: await now() })
    for (const title of ['First', 'Second']) await publishSignal('otto', title)
    const [first, second] = [await next(signals), await next(signals)]
    expect(first).toMatchObject({
      signal: { side: 'LONG', instrument: { symbol: expect.any(String) } },
      post: { title: 'First', author: { handle: 'otto' } },
    })
    expect(second).toMatchObject({ seq: first.seq + 1, post: { title: 'Second' } })
    await publishSignal('otto', 'While nobody listened')
    const again = await open(null, SIGNALS, { ...variables, after: second.cursor })
    expect(await next(again)).toMatchObject({ seq: second.seq + 1, post: { title: 'While nobody listened' } })
    await Promise.all([signals.return?.(), again.return?.()])
  })

  it('an outcome comes with the signal and the post that it is of', async () => {
    const { userId } = getPerson('fay')
    const query = `subscription ($creatorIds: [ID!], $after: Cursor) { signalSettled(creatorIds: $creatorIds, after: $after) {
      seq cursor outcome { state reason } signal { id side post { title author { handle } } } } }`
    const outcomes = await open(null, query, { creatorIds: [userId], after: await now() })
    const { post } = await publishSignal('fay', 'To be judged')
    await publishSignal('fay', 'Seen by few', { audience: 'CIRCLE', circleId: await newCircle('fay') })
    await test.advance(10 * DAY_MS)
    let event = await next(outcomes)
    while (event.signal.id !== post.signal.id) event = await next(outcomes)
    expect(event).toMatchObject({
      outcome: { state: expect.stringMatching(/^(SETTLED|NOT_TRIGGERED|DUPLICATE|INVALID)$/) },
      signal: { side: 'LONG', post: { title: 'To be judged', author: { handle: 'fay' } } },
    })
    await outcomes.return?.()
  })

  it('an order is followed by its owner alone, from its placing to its fill', async () => {
    const query = `subscription ($after: Cursor) { orderChanged(after: $after) {
      seq cursor status revision order { id instrument { symbol } } } }`
    const after = await now()
    const [own, others] = [await open('ben', query, { after }), await open('cleo', query, { after })]
    const place = async (person: string) => {
      const input = { instrumentId, side: 'BUY', quantity: '1' }
      return (await test.mutate(person, 'placeOrder', '... on PlaceOrderSuccess { order { id } }', input)).order.id
    }
    const [id, otherId] = [await place('ben'), await place('cleo')]
    expect(await next(own)).toMatchObject({
      status: 'OPEN',
      revision: 1,
      order: { id, instrument: { symbol: expect.any(String) } },
    })
    await test.advance(3 * DAY_MS)
    expect(await next(own)).toMatchObject({ status: 'FILLED', revision: 2, order: { id } })
    expect(await next(others)).toMatchObject({ status: 'OPEN', order: { id: otherId } })
    await Promise.all([own.return?.(), others.return?.()])
    expect(await endOf(await open(null, query, { after }))).toBe('UNAUTHENTICATED')
  })

  it("a circle's activity ends with the membership, and the socket's other subscriptions go on", async () => {
    const id = await newCircle('dina', 'OPEN')
    await test.mutate('emil', 'joinCircle', '', { circleId: id })
    await test.platform.idle()
    const after = await now()
    const client = await connect('emil')
    const activity: Results = client.iterate({ query: ACTIVITY, variables: { circleId: id, after } })
    const signals: Results = client.iterate({ query: SIGNALS, variables: { creatorIds: [getPerson('otto').userId], after } })

    await test.mutate('dina', 'publishPost', '', {
      kind: 'INSIGHT',
      title: 'For us',
      body: 'B',
      audience: 'CIRCLE',
      circleId: id,
    })
    const told = await next(activity)
    expect(told).toMatchObject({
      kind: 'POST_PUBLISHED',
      user: { handle: 'dina' },
      post: { title: 'For us', author: { handle: 'dina' } },
    })
    const end = endOf(activity)
    await test.mutate('emil', 'leaveCircle', '', { circleId: id })
    expect(await end).toBe('FORBIDDEN')
    await publishSignal('otto', 'Still on')
    expect(await next(signals)).toMatchObject({ post: { title: 'Still on' } })
    await signals.return?.()

    for (const person of ['emil', 'finn', 'nora'])
      expect(await endOf(await open(person, ACTIVITY, { circleId: id, after: told.cursor }))).toBe('FORBIDDEN')
    expect(await endOf(await open(null, ACTIVITY, { circleId: id }))).toBe('UNAUTHENTICATED')
  })

  it('says of a cursor or an id that is none what is wrong with it', async () => {
    expect(await endOf(await open(null, SIGNALS, { after: 'nonsense' }))).toBe('CURSOR_INVALID')
    expect(await endOf(await open(null, SIGNALS, { creatorIds: ['nobody'] }))).toBe('BAD_USER_INPUT')
    expect(await endOf(await open('ada', ACTIVITY, { circleId: 'none' }))).toBe('BAD_USER_INPUT')
  })
})
