import { openDatabase } from '@planet/runtime/database'
import { decimal } from '@planet/runtime/decimal'
import { type Id, newId } from '@planet/runtime/ids'
import { startTestSubgraph, type TestSubgraph } from '@planet/runtime/testing/subgraph'
import type { Viewer } from '@planet/runtime/viewer'
import { importCandles } from '../src/import-candles.ts'
import type { Candle, Interval } from '../src/market/domain/candle.ts'
import { INTERVALS } from '../src/market/domain/candle.ts'
import { type Listing, listInstrument } from '../src/market/list-instrument.ts'
import { createTradingSubgraph } from '../src/subgraph.ts'

export type Prices = readonly [open: string, high: string, low: string, close: string]

/** `hour` hours after the test clock's start. */
export const hour = (count: number) => new Date(Date.UTC(2026, 0, 24, count))

/** Consecutive candles, the first opening at `from`. */
export const candlesFrom = (from: Date, interval: Interval, rows: readonly Prices[]): Candle[] =>
  rows.map(([open, high, low, close], index) => ({
    openTime: new Date(from.getTime() + index * INTERVALS[interval]),
    interval,
    open: decimal(open),
    high: decimal(high),
    low: decimal(low),
    close: decimal(close),
    volume: null,
    flags: [],
  }))

export const flat = (price: string): Prices => [price, price, price, price]

/** The trading subgraph of a test, with instruments of its own to import candles of. */
export async function startTrading() {
  const trading: TestSubgraph = await startTestSubgraph(createTradingSubgraph)
  const database = openDatabase({ url: trading.databaseUrl, role: 'planet_trading', audience: 'analyst' })
  let listed = 0

  /** An instrument with 5 bps of fees and these candles. */
  const newInstrument = async (candles: readonly Candle[] = [], listing: Partial<Listing> = {}) => {
    const { id } = await listInstrument(
      database.db,
      {
        symbol: `BTC${++listed}-USD`,
        venue: 'COINBASE',
        assetClass: 'CRYPTO',
        baseAsset: 'BTC',
        quoteAsset: 'USD',
        tickSize: decimal('0.01'),
        lotSize: decimal('0.001'),
        feeBps: decimal('5'),
        tradingCalendar: 'CONTINUOUS',
        ...listing,
      },
      trading.clock.now(),
    )
    for (const [interval, group] of Map.groupBy(candles, (candle) => candle.interval)) {
      await importCandles(database.db, { instrumentId: id, interval, candles: group }, trading.clock.now())
    }
    return id
  }

  const advance = async (to: Date) => {
    trading.clock.advance(to)
    await trading.idle()
  }

  return {
    trading,
    database,
    newInstrument,
    advance,
    importCandles: (instrumentId: Id<'Instrument'>, candles: readonly Candle[]) =>
      importCandles(database.db, { instrumentId, interval: candles[0]?.interval ?? '1h', candles }, trading.clock.now()),
    placeOrder: (viewer: Viewer | null, input: Record<string, unknown>) =>
      trading.mutate(viewer, 'placeOrder', `... on PlaceOrderSuccess { order { ${ORDER} } }`, input),
    openTicket: (viewer: Viewer | null, input: Record<string, unknown>) =>
      trading.mutate(viewer, 'createOrderTicket', `... on CreateOrderTicketSuccess { ticket { ${TICKET} } }`, input),
    cancelOrder: (viewer: Viewer | null, orderId: string) =>
      trading.mutate(
        viewer,
        'cancelOrder',
        `... on CancelOrderSuccess { order { ${ORDER} } } ... on OrderNotOpen { order { ${ORDER} } }`,
        { orderId },
      ),
    order: async (viewer: Viewer | null, id: string) =>
      (await trading.query(viewer, `query ($id: ID!) { order(id: $id) { ${ORDER} } }`, { id })).data.order,
    entity: async (viewer: Viewer | null, type: string, id: string, selection: string) =>
      (
        await trading.query(
          viewer,
          `query ($of: [_Any!]!) { _entities(representations: $of) { ... on ${type} { ${selection} } } }`,
          {
            of: [{ __typename: type, id }],
          },
        )
      ).data._entities[0],
    async [Symbol.asyncDispose]() {
      await database.close()
      await trading[Symbol.asyncDispose]()
    },
  }
}

export type TestTrading = Awaited<ReturnType<typeof startTrading>>

export const TRADE =
  'id side price quantity notional { amount currency } fee { amount currency } executedAt instrument { symbol }'
export const ORDER = `id side kind limitPrice quantity filledQuantity status revision placedAt expiresAt instrument { id } ticket { id } trade { ${TRADE} }`
const TICKET = 'id post { id } instrument { id } side limitPrice stop attributionToken openedAt expiresAt'
export const OUTCOME =
  'state reason rGross rNet feeR fundingR maxAdverseR maxFavourableR ambiguous hasDataGap resolution evaluatedThrough settledAt methodVersion fills { at kind price fraction }'

type PlanInput = {
  readonly signalId?: string
  readonly instrumentId: string
  readonly side?: 'LONG' | 'SHORT'
  readonly entryKind?: 'MARKET' | 'LIMIT'
  readonly entry?: string
  readonly entryExpiresAt?: Date | null
  readonly stop?: string
  readonly targets?: readonly { readonly price: string; readonly fraction: string }[]
  readonly expiresAt?: Date
  readonly moveStopToEntryAfter?: number | null
  readonly strategyId?: string | null
}

/** `posts.PostPublished`, with a signal unless `plan` is null: long 100, stop 95, targets 110 and 120. */
export function published(
  post: {
    readonly postId?: string
    readonly authorId: string
    readonly at: Date
    readonly circleId?: string
    readonly instrumentIds?: string[]
    readonly baseAssets?: string[]
  },
  plan: PlanInput | null,
) {
  const { postId = newId(post.at), authorId, at, circleId = null } = post
  return {
    stream: `creator:${authorId}`,
    type: 'posts.PostPublished',
    payload: {
      postId,
      authorId,
      kind: plan ? 'SIGNAL' : 'INSIGHT',
      audience: circleId ? 'CIRCLE' : 'PUBLIC',
      circleId,
      instrumentIds: post.instrumentIds ?? (plan ? [plan.instrumentId] : []),
      baseAssets: post.baseAssets ?? [],
      publishedAt: at.toISOString(),
      signal: plan && {
        signalId: plan.signalId ?? newId(at),
        instrumentId: plan.instrumentId,
        side: plan.side ?? 'LONG',
        entryKind: plan.entryKind ?? 'MARKET',
        entry: plan.entry ?? '100',
        entryExpiresAt: plan.entryExpiresAt?.toISOString() ?? null,
        stop: plan.stop ?? '95',
        targets: plan.targets ?? [
          { price: '110', fraction: '0.5' },
          { price: '120', fraction: '0.5' },
        ],
        expiresAt: (plan.expiresAt ?? new Date(at.getTime() + 10 * 86_400_000)).toISOString(),
        conviction: 0.6,
        moveStopToEntryAfter: plan.moveStopToEntryAfter ?? null,
        strategyId: plan.strategyId ?? null,
      },
    },
  }
}

/** `posts.PostEdited`: from then on the text names these. */
export const edited = (post: {
  readonly postId: string
  readonly authorId: string
  readonly textVersion: number
  readonly at: Date
  readonly instrumentIds?: string[]
  readonly baseAssets?: string[]
}) => ({
  stream: `creator:${post.authorId}`,
  type: 'posts.PostEdited',
  payload: {
    postId: post.postId,
    authorId: post.authorId,
    textVersion: post.textVersion,
    instrumentIds: post.instrumentIds ?? [],
    baseAssets: post.baseAssets ?? [],
    editedAt: post.at.toISOString(),
  },
})
