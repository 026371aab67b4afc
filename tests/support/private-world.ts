import { getPerson } from '@planet/platform/people'
import type { Viewer } from '@planet/runtime/viewer'
import { startTestPlatform, type TestPlatform } from './platform.ts'

/** Who looks, by how they stand with what is planted; `member` also owns what was traded, `host` what was published. */
export const WHO = {
  anonymous: null,
  other: 'kira',
  requested: 'ivan',
  member: 'ada',
  exMember: 'ben',
  banned: 'cleo',
  host: 'otto',
  partner: 'orbit',
  analyst: 'nora',
  admin: 'root',
} as const satisfies Record<string, string | null>
export type Who = keyof typeof WHO
export const EVERYBODY = Object.keys(WHO) as readonly Who[]

export const viewerOf = (who: Who): Viewer | null => {
  const name = WHO[who]
  return name === null ? null : { userId: getPerson(name).userId, roles: getPerson(name).roles }
}

/** A text or an id that must reach nobody but these. */
export type Secret = { readonly what: string; readonly text: string; readonly mayReach: readonly Who[] }

export type PrivateWorld = AsyncDisposable & {
  readonly test: TestPlatform
  readonly secrets: readonly Secret[]
  /** Ids of what is planted, by the kind of thing. */
  readonly ids: Readonly<
    Record<'post' | 'signal' | 'circle' | 'order' | 'orderOfExMember' | 'trade' | 'liveSession' | 'instrument', string>
  >
}

const DAY_MS = 86_400_000
const PEOPLE_LIMITS = { costPerOperation: 10_000_000, nodesPerOperation: 100_000_000, costPerMinute: 1_000_000_000 }
const CLUSTER = '5ec2e700-0000-7000-8000-00000000c1c1'

/** Nobody asks for everything at once, and no reader may; here everybody does. */
const LIMITS = { anonymous: PEOPLE_LIMITS, user: PEOPLE_LIMITS, partner: PEOPLE_LIMITS, analyst: PEOPLE_LIMITS }

/** A platform in which things are planted that are not for everybody. */
export async function plantSecrets(): Promise<PrivateWorld> {
  const test = await startTestPlatform(8, { callerLimits: LIMITS })
  const made = async (who: Who, mutation: string, selection: string, input: Record<string, unknown>) => {
    const success = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Success`
    const result = await test.mutate(WHO[who] ?? '', mutation, `... on ${success} { ${selection} }`, input)
    if (result.__typename !== success) throw new Error(`${mutation}: ${JSON.stringify(result)}`)
    return result
  }
  const { data } = await test.query('otto', '{ instrumentBySymbol(symbol: "BTC-USD") { id lastPrice { price } } }')
  const { id: instrumentId, lastPrice } = data.instrumentBySymbol

  const { circle } = await made('host', 'openCircle', 'circle { id }', { name: 'The few', purpose: 'To meet' })
  for (const who of ['member', 'exMember', 'requested'] as const)
    await made(who, 'joinCircle', 'circle { id }', { circleId: circle.id })
  for (const who of ['member', 'exMember'] as const)
    await made('host', 'approveMember', 'circle { id }', { circleId: circle.id, userId: viewerOf(who)?.userId })

  // What others have told is known where it is asked for.
  await test.platform.idle()
  const plan = { entry: lastPrice.price, stop: '12.345678', targets: [{ price: '987654.321', fraction: '1' }] }
  const page = { url: 'https://a.example', capturedAt: test.clock.now().toISOString(), sha256: '0'.repeat(64) }
  const { post } = await made('host', 'publishSignal', 'post { id signal { id } }', {
    title: 'A title that only the few may read',
    body: 'A body that only the few may read, about $BTC',
    ...{ audience: 'CIRCLE', circleId: circle.id, instrumentId, side: 'LONG', horizon: 'P30D', conviction: 0.7654321 },
    ...plan,
    externalRefs: [{ ...page, source: 'A source that only the few may read' }],
  })
  await made('host', 'editPost', 'post { id }', {
    postId: post.id,
    title: 'A newer title that only the few may read',
    body: 'A newer body that only the few may read, about $BTC',
    externalRefs: [{ ...page, source: 'A newer source that only the few may read' }],
  })

  /** An order from a ticket on the post. */
  const orderOf = async (who: Who, quantity: string) => {
    const touch = { postId: post.id, kind: 'CLICK', surface: 'CIRCLE' }
    const touched = await made(who, 'recordTouch', 'touch { id }', touch)
    const { ticket } = await made(who, 'createOrderTicket', 'ticket { id attributionToken }', { postId: post.id })
    const { attributionToken } = ticket
    const placed = await made(who, 'placeOrder', 'order { id }', { attributionToken, instrumentId, side: 'BUY', quantity })
    return { ticket, orderId: placed.order.id, touchId: touched.touch.id }
  }
  await test.advance(60_000)
  const ofMember = await orderOf('member', '1.3579')
  const ofExMember = await orderOf('exMember', '2.4681')

  await made('admin', 'recordIdentityCheck', 'user { id }', {
    userId: viewerOf('member')?.userId,
    isVerified: true,
    identityClusterId: CLUSTER,
  })
  const scheduledFor = test.clock.now().toISOString()
  const scheduled = { title: 'A room', instrumentId, scheduledFor }
  const { session } = await made('host', 'scheduleLive', 'session { id }', scheduled)
  const sessionId = session.id
  await made('host', 'startLive', 'session { id }', { sessionId })
  await made('member', 'castVote', 'vote { stance }', { sessionId, probabilityUp: 0.6172839 })
  await made('member', 'askQuestion', 'question { id }', { sessionId, text: 'What now?' })
  await made('banned', 'sendBullet', 'bullet { id }', { sessionId, text: 'Held back, see https://held-back.example' })
  const { bullet } = await made('member', 'sendBullet', 'bullet { id }', { sessionId, text: 'Said and taken back' })
  await made('host', 'removeBullet', 'bullet { id }', { bulletId: bullet.id })
  await made('host', 'banFromSession', 'session { id }', { sessionId, userId: viewerOf('banned')?.userId })
  await made('member', 'followCreator', 'creator { id }', { creatorId: getPerson('dina').userId })

  // Until the orders are filled; then one of the few leaves.
  await test.advance(2 * DAY_MS)
  await made('exMember', 'leaveCircle', 'circle { id }', { circleId: circle.id })
  const tradeOf = async (who: Who, orderId: string) => {
    const answer = await test.query(WHO[who], `{ order(id: "${orderId}") { trade { id fee { amount } } } }`)
    return answer.data.order.trade
  }
  await test.platform.idle()
  const trade = await tradeOf('member', ofMember.orderId)
  const tradeOfExMember = await tradeOf('exMember', ofExMember.orderId)

  const few: readonly Who[] = ['member', 'host']
  const readers = (who: Who): readonly Who[] => [who, 'analyst', 'admin']
  const secret = (what: string, text: string, mayReach: readonly Who[]): Secret => ({ what, text, mayReach })
  return {
    test,
    ids: {
      post: post.id,
      signal: post.signal.id,
      circle: circle.id,
      order: ofMember.orderId,
      orderOfExMember: ofExMember.orderId,
      trade: trade.id,
      liveSession: sessionId,
      instrument: instrumentId,
    },
    secrets: [
      secret("a circle's post", post.id, few),
      secret("the plan of a circle's post", post.signal.id, few),
      secret("the texts of a circle's post", 'only the few may read', few),
      secret('the stop of a plan', plan.stop, few),
      secret('the target of a plan', '987654.321', few),
      secret('the conviction of a plan', '0.7654321', few),
      secret('an order', ofMember.orderId, readers('member')),
      secret('the quantity of an order', '1.3579', readers('member')),
      secret('a trade', trade.id, readers('member')),
      secret('the fee of a trade', trade.fee.amount, readers('member')),
      secret("a ticket on a circle's post", ofMember.ticket.id, ['member']),
      secret('a token of attribution', ofMember.ticket.attributionToken.slice(0, 40), ['member']),
      secret('a touch', ofMember.touchId, ['member']),
      secret('an order of who has left', ofExMember.orderId, readers('exMember')),
      secret('the quantity of an order of who has left', '2.4681', readers('exMember')),
      secret('a trade of who has left', tradeOfExMember.id, readers('exMember')),
      secret('a ticket of who has left', ofExMember.ticket.id, ['exMember']),
      secret('whose accounts are one', CLUSTER, []),
      secret('a vote', '0.6172839', ['member']),
      secret('chat held back', 'held-back.example', ['host', 'admin']),
      secret('chat taken back', 'Said and taken back', ['host', 'admin']),
    ],
    async [Symbol.asyncDispose]() {
      await test[Symbol.asyncDispose]()
    },
  }
}

/** What of `secrets` an answer brings to somebody whom it must not reach. */
export function leaksIn(secrets: readonly Secret[], who: Who, answer: unknown): readonly string[] {
  const text = JSON.stringify(answer)
  return secrets.filter((each) => !each.mayReach.includes(who) && text.includes(each.text)).map(({ what }) => what)
}
