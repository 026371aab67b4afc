import { getPerson } from '@planet/platform/people'
import { formatCursor, parseCursor } from '@planet/runtime/event-log/cursor'
import { newKey } from '@planet/runtime/testing/subgraph'
import postgres from 'postgres'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Inbox, openInbox } from './support/inbox.ts'
import { startTestPlatform, type TestPlatform } from './support/platform.ts'
import { signalOf } from './support/signal.ts'

// Each case stands on a socket with another subscription, which has to go on.

/** More events than a process keeps. */
const KEPT_IN_MEMORY = 5_000
const HIDDEN_MS = 30_000
const CONTROL = 'subscription ($after: Cursor) { signalPublished(after: $after) { seq post { title } } }'

let test: TestPlatform
let instrumentId: string
let sessionId: string
let circleId: string
let events: { readonly epoch: string; readonly pos: bigint }
let inbox: Inbox
let published = 0

const publishSignal = (title: string) => test.mutate('otto', 'publishSignal', '', signalOf(instrumentId, title, 'PT1H'))

/** The control subscription gets what is published now, and only that. */
async function othersGoOn() {
  published += 1
  const title = `Control ${published}`
  await publishSignal(title)
  expect(await inbox.next('control')).toMatchObject({ data: { signalPublished: { post: { title } } } })
}

function openAdmin() {
  const sql = postgres(test.databaseUrl, { max: 1 })
  return { sql, [Symbol.asyncDispose]: () => sql.end() }
}

const mutation = (name: string, selection: string) =>
  `mutation ($input: ${name.charAt(0).toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { __typename ${selection} } }`
const CAST = mutation('castVote', '... on InvalidInput { faults { field } } ... on UserError { code }')
const vote = (probabilityUp: unknown) => inbox.ask(CAST, { input: { idempotencyKey: newKey(), sessionId, probabilityUp } })

beforeAll(async () => {
  test = await startTestPlatform(8, { mutationRateFactor: 1_000 })
  const { data } = await test.query(null, '{ instruments(first: 1) { edges { node { id } } } }')
  instrumentId = data.instruments.edges[0].node.id
  const scheduledFor = test.clock.now().toISOString()
  const input = { title: 'Bad input', instrumentId, scheduledFor }
  const scheduled = await test.mutate('otto', 'scheduleLive', '... on ScheduleLiveSuccess { session { id } }', input)
  sessionId = scheduled.session.id
  await test.mutate('otto', 'startLive', '', { sessionId })
  const opened = await test.mutate('otto', 'openCircle', '... on OpenCircleSuccess { circle { id } }', {
    name: 'Closed',
    purpose: '',
    admissionPolicy: 'OPEN',
  })
  circleId = opened.circle.id
  await test.platform.idle()
  inbox = await openInbox(test.url, await test.tokenOf('ben'))
  await using admin = openAdmin()
  await admin.sql`update event_log.event_head set expired_until = 10`
  // What a process has in memory it goes on giving, so the places that were forgotten have to be further back.
  await admin.sql`select count(event_log.append('noise:' || i, 'live.ViewersCounted', '{}', now())) from generate_series(1, ${KEPT_IN_MEMORY}::int) i`
  await test.platform.idle()
  const [head] = await admin.sql<{ epoch: string; pos: string }[]>`select epoch, pos::text as pos from event_log.event_head`
  if (!head) throw new Error('a log has a head')
  events = { epoch: head.epoch, pos: BigInt(head.pos) }
  // With a cursor nothing is missed that is published before the subscription is open.
  inbox.open('control', CONTROL, { after: formatCursor(events) })
}, 240_000)
afterEach(othersGoOn)
afterAll(async () => {
  inbox?.[Symbol.dispose]()
  await test?.[Symbol.asyncDispose]()
})

describe('a cursor', () => {
  const LOGS: Readonly<Record<string, string>> = {
    signalPublished: 'signalPublished(after: $after)',
    signalSettled: 'signalSettled(after: $after)',
    orderChanged: 'orderChanged(after: $after)',
    bulletChat: 'bulletChat(sessionId: $id, after: $after)',
    circleActivity: 'circleActivity(circleId: $id, after: $after)',
  }
  const CURSORS: Readonly<Record<string, readonly [string, () => string]>> = {
    'is none': ['CURSOR_INVALID', () => 'nonsense'],
    'is of another history': ['CURSOR_EPOCH_CHANGED', () => formatCursor({ epoch: 'abcdef', pos: 1n })],
    'is in the future': ['CURSOR_FUTURE', () => formatCursor({ ...events, pos: events.pos + 1_000_000n })],
    'has expired': ['CURSOR_EXPIRED', () => formatCursor({ ...events, pos: 5n })],
  }

  beforeAll(async () => {
    await test.mutate('ben', 'joinCircle', '', { circleId })
    await test.platform.idle()
  })

  it.each(Object.keys(LOGS).flatMap((field) => Object.keys(CURSORS).map((what) => [what, field] as const)))(
    'that %s ends %s with its code',
    async (what, field) => {
      const [code, cursor] = CURSORS[what] ?? ['', () => '']
      const root = LOGS[field] ?? ''
      const query = `subscription ($after: Cursor${root.includes('$id') ? ', $id: ID!' : ''}) { ${root} { seq } }`
      const id = field === 'circleActivity' ? circleId : sessionId
      inbox.open('a', query, { after: cursor(), ...(root.includes('$id') ? { id } : {}) })
      const [error] = await inbox.endOf('a')
      expect(error?.extensions?.code).toBe(code)
      if (code === 'CURSOR_EXPIRED') {
        const { pos } = parseCursor(String(error?.extensions?.oldest))
        expect(pos).toBeGreaterThanOrEqual(10n)
      }
    },
  )

  it('that has expired names the oldest, from which it goes on', async () => {
    const [error] = await (inbox.open('a', 'subscription ($after: Cursor) { signalPublished(after: $after) { seq } }', {
      after: formatCursor({ ...events, pos: 5n }),
    }),
    inbox.endOf('a'))
    inbox.open('a', 'subscription ($after: Cursor) { signalPublished(after: $after) { seq } }', {
      after: error?.extensions?.oldest,
    })
    expect(await inbox.next('a')).toMatchObject({ data: { signalPublished: { seq: expect.any(Number) } } })
    inbox.complete('a')
  })
})

describe('a subscription', () => {
  const ACTIVITY = 'subscription ($id: ID!, $after: Cursor) { circleActivity(circleId: $id, after: $after) { seq } }'

  it('to a private circle is FORBIDDEN to whoever is no member', async () => {
    const other = await test.mutate('dina', 'openCircle', '... on OpenCircleSuccess { circle { id } }', {
      name: 'Of Dina',
      purpose: '',
    })
    inbox.open('a', ACTIVITY, { id: other.circle.id })
    expect((await inbox.endOf('a'))[0]?.extensions?.code).toBe('FORBIDDEN')
  })

  it('to a circle ends with FORBIDDEN when the membership does', async () => {
    await test.mutate('ben', 'joinCircle', '', { circleId })
    inbox.open('a', ACTIVITY, { id: circleId, after: formatCursor(events) })
    expect(await inbox.next('a')).toMatchObject({ data: { circleActivity: { seq: expect.any(Number) } } })
    await test.mutate('ben', 'leaveCircle', '', { circleId })
    expect((await inbox.endOf('a'))[0]?.extensions?.code).toBe('FORBIDDEN')
  })

  it.each([
    ['of what does not exist', 'subscription { bulletChat(sessionId: "0") { seq } }', 'BAD_USER_INPUT'],
    ['of a session that does not exist', 'subscription { consensusUpdated(sessionId: "0") { seq } }', 'BAD_USER_INPUT'],
    ['of a circle that does not exist', 'subscription { circleActivity(circleId: "0") { seq } }', 'BAD_USER_INPUT'],
    ['of nobody’s signals', 'subscription { signalPublished(creatorIds: []) { seq } }', 'BAD_USER_INPUT'],
    ['with its root skipped', 'subscription { orderChanged @skip(if: true) { seq } }', 'GRAPHQL_VALIDATION_FAILED'],
    [
      'with its root included by a condition',
      'subscription { orderChanged @include(if: true) { seq } }',
      'GRAPHQL_VALIDATION_FAILED',
    ],
  ])('%s is refused', async (_, query, code) => {
    inbox.open('a', query)
    expect((await inbox.endOf('a'))[0]?.extensions?.code).toBe(code)
  })

  it('of one’s own orders is refused to nobody in particular', async () => {
    using anonymous = await openInbox(test.url, null)
    anonymous.open('a', 'subscription { orderChanged { seq } }')
    expect((await anonymous.endOf('a'))[0]?.extensions?.code).toBe('UNAUTHENTICATED')
  })
})

describe('a vote', () => {
  it.each([0, 1, -0.1, 1.1, 1e308])('of %s is invalid input', async (probabilityUp) => {
    expect(await vote(probabilityUp)).toMatchObject({
      data: { castVote: { __typename: 'InvalidInput', faults: [{ field: 'probabilityUp' }] } },
    })
  })

  it.each(['0.5', null, true])('of %j, which is no number, is refused', async (probabilityUp) => {
    inbox.open('a', CAST, { input: { idempotencyKey: newKey(), sessionId, probabilityUp } })
    expect((await inbox.endOf('a'))[0]?.extensions?.code).toBe('BAD_USER_INPUT')
  })

  it('after the lock says so, until voting is open again', async () => {
    for (const person of ['ada', 'cleo', 'dev', 'emil'])
      await test.mutate(person, 'castVote', '', { sessionId, probabilityUp: 0.7 })
    await test.advance(HIDDEN_MS)
    const locked = await test.mutate('otto', 'lockPrediction', '', { sessionId, hostProbabilityUp: 0.6 })
    expect(locked.__typename).toBe('LockPredictionSuccess')
    expect(await vote(0.6)).toMatchObject({ data: { castVote: { __typename: 'VotingLocked' } } })
    await test.mutate('otto', 'openVoting', '', { sessionId })
    expect(await vote(0.6)).toMatchObject({ data: { castVote: { __typename: 'CastVoteSuccess' } } })
  })

  it('of who is banned from the session does not count', async () => {
    const userId = getPerson('ben').userId
    await test.mutate('otto', 'banFromSession', '', { sessionId, userId })
    expect(await vote(0.6)).toMatchObject({ data: { castVote: { __typename: 'BannedFromSession' } } })
    await test.mutate('otto', 'unbanFromSession', '', { sessionId, userId })
    expect(await vote(0.6)).toMatchObject({ data: { castVote: { __typename: 'CastVoteSuccess' } } })
  })
})

describe('a flood', () => {
  it('of chat is stopped after five at once, and the chat goes on for others', async () => {
    inbox.open('chat', 'subscription ($id: ID!) { bulletChat(sessionId: $id, sampled: false) { seq } }', { id: sessionId })
    const send = mutation('sendBullet', '... on UserError { code }')
    const answers: unknown[] = []
    for (let i = 0; i < 8; i++) {
      const { data } = await inbox.ask(send, { input: { idempotencyKey: newKey(), sessionId, text: `Bullet ${i}` } })
      answers.push((data as { sendBullet: { __typename: string } }).sendBullet.__typename)
    }
    expect(answers).toEqual([...Array(5).fill('SendBulletSuccess'), ...Array(3).fill('ChatFlooded')])
    const other = await test.mutate('ada', 'sendBullet', '', { sessionId, text: 'Still here' })
    expect(other.__typename).toBe('SendBulletSuccess')
    inbox.complete('chat')
  })

  it('of operations on one socket is refused above what one may have, and those that are open go on', async () => {
    const query = 'subscription ($id: ID!) { viewersChanged(sessionId: $id) { seq } }'
    for (let i = 0; i < 100; i++) inbox.open(`many ${i}`, query, { id: sessionId })
    expect((await inbox.endOf('many 99'))[0]?.extensions?.code).toBe('RATE_LIMITED')
    for (let i = 0; i < 99; i++) inbox.complete(`many ${i}`)
  })
})

it('a token that expires in the middle closes its own socket and no other', async () => {
  using short = await openInbox(test.url, await test.tokenOf('ada', 1))
  short.open('a', CONTROL)
  await expect(short.next('a')).rejects.toThrow('4403')
})
