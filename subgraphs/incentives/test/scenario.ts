import { type Id, newId } from '@planet/runtime/ids'
import { newViewer, startTestSubgraph, type TestSubgraph } from '@planet/runtime/testing/subgraph'
import type { Viewer } from '@planet/runtime/viewer'
import { createIncentivesSubgraph } from '../src/subgraph.ts'

const HOUR_MS = 3_600_000
const LINK = `rule touchedAt eligible reason creditLastTouch creditTimeDecay creditShapley agreesWithSignal`
const LINKED_TRADES = `totalCount eligibleCount feesPaid { amount currency }
  edges { cursor ${LINK} node { id agreesWithSignal } } pageInfo { hasNextPage endCursor }`

export const newUuid = <Kind extends string>(): Id<Kind> => newId<Kind>(new Date())

type Instrument = { readonly instrumentId: string; readonly baseAsset: string; readonly quoteAsset: string }
const instrument = (baseAsset: string, quoteAsset: string): Instrument => ({ instrumentId: newUuid(), baseAsset, quoteAsset })

export const btcUsd = instrument('BTC', 'USD')
export const btcEur = instrument('BTC', 'EUR')
export const ethUsd = instrument('ETH', 'USD')
export const usdcUsdt = instrument('USDC', 'USDT')

/** The subgraph with what other subgraphs would say to it. Times are in hours before or after the clock's. */
export async function startScenario() {
  const test: TestSubgraph = await startTestSubgraph(createIncentivesSubgraph)
  const hours = (offset: number) => new Date(test.clock.now().getTime() + offset * HOUR_MS)

  await test.publish(
    ...[btcUsd, btcEur, ethUsd, usdcUsdt].map((payload) => ({
      stream: `instrument:${payload.instrumentId}`,
      type: 'trading.InstrumentListed',
      payload: { ...payload, symbol: `${payload.baseAsset}-${payload.quoteAsset}` },
    })),
  )

  return {
    test,
    hours,
    /** Moves the clock on. */
    wait: (byHours: number) => test.clock.advance(hours(byHours)),
    /** The id of a new post about BTC, or what `change` says. */
    async post(author: Viewer, change: Record<string, unknown> = {}): Promise<string> {
      const postId = newUuid<'Post'>()
      const payload = {
        postId,
        authorId: author.userId,
        kind: 'INSIGHT',
        audience: 'PUBLIC',
        circleId: null,
        instrumentIds: [],
        baseAssets: ['BTC'],
        publishedAt: test.clock.now().toISOString(),
        signal: null,
        ...change,
      }
      await test.publish({ stream: `creator:${author.userId}`, type: 'posts.PostPublished', payload })
      return postId
    },
    /** Gives a post a new text, which names what `named` says, `editedAt` the clock's or another instant. */
    edit: (
      author: Viewer,
      postId: string,
      textVersion: number,
      named: { readonly instrumentIds?: readonly string[]; readonly baseAssets?: readonly string[] },
      editedAt: Date = test.clock.now(),
    ) =>
      test.publish({
        stream: `creator:${author.userId}`,
        type: 'posts.PostEdited',
        payload: {
          postId,
          authorId: author.userId,
          textVersion,
          instrumentIds: [],
          baseAssets: [],
          ...named,
          editedAt: editedAt.toISOString(),
        },
      }),
    touch(
      viewer: Viewer | null,
      postId: string,
      kind: 'VIEW' | 'GLANCE' | 'CLICK' | 'TICKET' = 'CLICK',
      change: Record<string, unknown> = {},
    ) {
      return this.meet(viewer, { postId, kind, visibleMs: kind === 'VIEW' ? 5_000 : null, ...change })
    },
    /** A click, or what `input` says, of what it names. */
    meet: (viewer: Viewer | null, input: Record<string, unknown>) =>
      test.mutate(viewer, 'recordTouch', '... on RecordTouchSuccess { touch { id kind at linksUntil } }', {
        kind: 'CLICK',
        surface: 'FEED',
        ...input,
      }),
    async ticket(viewer: Viewer, postId: string): Promise<string> {
      const ticketId = newUuid<'Ticket'>()
      const at = test.clock.now().toISOString()
      const payload = { ticketId, userId: viewer.userId, postId, instrumentId: btcUsd.instrumentId, at }
      await test.publish({ stream: `user:${viewer.userId}`, type: 'trading.TicketOpened', payload })
      return ticketId
    },
    /** The id of a new trade: 12 dollars of fee for buying BTC with an order placed an hour from now, or what `change` says. */
    async trade(viewer: Viewer, change: Record<string, unknown> = {}): Promise<string> {
      const event = this.executed(viewer, change)
      await test.publish(event)
      return event.payload.tradeId
    },
    executed: (viewer: Viewer, change: Record<string, unknown> = {}) => ({
      stream: `user:${viewer.userId}`,
      type: 'trading.TradeExecuted',
      payload: {
        tradeId: newUuid<'Trade'>() as string,
        orderId: newUuid<'Order'>(),
        userId: viewer.userId,
        ...btcUsd,
        side: 'BUY',
        price: '60000',
        quantity: '0.2',
        notional: '12000',
        fee: '12',
        feeCurrency: 'USD',
        orderPlacedAt: hours(1).toISOString(),
        executedAt: hours(1.5).toISOString(),
        isAutomated: false,
        ...change,
      },
    }),
    checkIdentity: (viewer: Viewer, identityClusterId: string) =>
      test.publish({
        stream: `user:${viewer.userId}`,
        type: 'creators.IdentityChecked',
        payload: { userId: viewer.userId, isVerified: true, identityClusterId },
      }),
    /** The id of a new creator. */
    async openProfile(): Promise<string> {
      const creatorId = newUuid<'User'>()
      const payload = { creatorId, handle: 'a_creator' }
      await test.publish({ stream: `creator:${creatorId}`, type: 'creators.CreatorProfileOpened', payload })
      return creatorId
    },
    /** The id of a new session. */
    async schedule(): Promise<string> {
      const sessionId = newUuid<'LiveSession'>()
      const payload = { sessionId, status: 'SCHEDULED' }
      await test.publish({ stream: `session:${sessionId}`, type: 'live.SessionChanged', payload })
      return sessionId
    },
    setMembership: (circleId: string, viewer: Viewer, state: 'REQUESTED' | 'MEMBER' | 'LEFT', revision: number) =>
      test.publish({
        stream: `circle:${circleId}`,
        type: 'circles.MembershipChanged',
        payload: { circleId, userId: viewer.userId, state, hostId: newUuid(), revision },
      }),
    /** `Post.linkedTrades` as the gateway asks for it. */
    async linkedTrades(viewer: Viewer | null, postId: string, page: { first?: number; after?: string | null } = {}) {
      const { data, errors } = await test.query(
        viewer,
        `query ($of: [_Any!]!, $first: Int! = 20, $after: Cursor) { _entities(representations: $of) { ... on Post {
          linkedTrades(first: $first, after: $after) { ${LINKED_TRADES} } } } }`,
        { of: [{ __typename: 'Post', id: postId }], ...page },
      )
      if (errors) throw new Error(errors[0]?.message)
      return data._entities[0].linkedTrades
    },
    /** What incentives says of a trade; null for a viewer whom it does not concern. */
    async tradeOf(viewer: Viewer | null, tradeId: string, page: { first?: number; after?: string | null } = {}) {
      const { data, errors } = await test.query(
        viewer,
        `query ($of: [_Any!]!, $first: Int! = 20, $after: Cursor) { _entities(representations: $of) { ... on Trade { agreesWithSignal
          sourcePosts(first: $first, after: $after) { edges { cursor rule eligible reason creditTimeDecay agreesWithSignal node { id } } pageInfo { hasNextPage endCursor } } } } }`,
        { of: [{ __typename: 'Trade', id: tradeId }], ...page },
      )
      if (errors) throw new Error(errors[0]?.message)
      return data._entities[0]
    },
  }
}

export type Scenario = Awaited<ReturnType<typeof startScenario>>

export const analyst = newViewer('analyst')
