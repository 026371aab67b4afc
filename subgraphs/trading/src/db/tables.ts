import { decimalColumn, idColumn, instantColumn } from '@planet/runtime/columns'
import { consumerPositionTable } from '@planet/runtime/event-log/consumer'
import { idempotencyKeyTable } from '@planet/runtime/idempotency'
import { sql } from 'drizzle-orm'
import { boolean, doublePrecision, index, integer, jsonb, pgSchema, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core'
import type { Side } from '../copies/domain/signal.ts'
import type { AssetClass } from '../generated/resolvers.ts'
import type { CandleFlag, Interval } from '../market/domain/candle.ts'
import type { Calendar } from '../market/domain/candle-gap.ts'
import type { OrderKind, OrderSide, OrderStatus } from '../orders/domain/order.ts'
import type { StoredFill, StoredTarget } from '../outcomes/db/stored.ts'
import type { SignalState } from '../outcomes/domain/outcome.ts'
import type { Reason } from '../outcomes/domain/position.ts'

export const schema = pgSchema('trading')

export const instruments = schema.table(
  'instrument',
  {
    id: idColumn<'Instrument'>('id').primaryKey(),
    /** Grows from listing to listing, also while the clock stands still. */
    listing: integer('listing').generatedAlwaysAsIdentity(),
    symbol: text('symbol').notNull(),
    venue: text('venue').notNull(),
    assetClass: text('asset_class').$type<AssetClass>().notNull(),
    baseAsset: text('base_asset').notNull(),
    quoteAsset: text('quote_asset').notNull(),
    tickSize: decimalColumn('tick_size').notNull(),
    lotSize: decimalColumn('lot_size').notNull(),
    feeBps: decimalColumn('fee_bps').notNull(),
    tradingCalendar: text('trading_calendar').$type<Calendar>().notNull(),
    /** Signals are evaluated on candles of this interval, finer ones only tell what it leaves in doubt. Null before the first import. */
    signalInterval: text('signal_interval').$type<Interval>(),
  },
  (table) => [unique().on(table.symbol, table.venue)],
)

/** One interval of an instrument that has candles. */
export const candleSeries = schema.table(
  'candle_series',
  {
    instrumentId: idColumn<'Instrument'>('instrument_id').notNull(),
    interval: text('interval').$type<Interval>().notNull(),
    firstOpenTime: instantColumn('first_open_time').notNull(),
  },
  (table) => [primaryKey({ columns: [table.instrumentId, table.interval] })],
)

/** Holds the whole replayed market, the future included: every read is bound by the platform's clock. */
export const candles = schema.table(
  'candle',
  {
    instrumentId: idColumn<'Instrument'>('instrument_id').notNull(),
    interval: text('interval').$type<Interval>().notNull(),
    openTime: instantColumn('open_time').notNull(),
    closeTime: instantColumn('close_time').notNull(),
    open: decimalColumn('open').notNull(),
    high: decimalColumn('high').notNull(),
    low: decimalColumn('low').notNull(),
    close: decimalColumn('close').notNull(),
    volume: decimalColumn('volume'),
    flags: text('flags').array().$type<CandleFlag[]>().notNull(),
    /** The open time of the next candle, which showed that this one is an outlier; null if it is none. */
    outlierSince: instantColumn('outlier_since'),
  },
  (table) => [primaryKey({ columns: [table.instrumentId, table.interval, table.openTime] })],
)

/** What posts has published, as far as trading must know it. */
export const posts = schema.table('post', {
  id: idColumn<'Post'>('id').primaryKey(),
  authorId: idColumn<'User'>('author_id').notNull(),
  audience: text('audience').$type<'PUBLIC' | 'CIRCLE'>().notNull(),
  circleId: idColumn<'Circle'>('circle_id'),
  instrumentIds: uuid('instrument_ids').array().notNull(),
  baseAssets: text('base_assets').array().notNull(),
  publishedAt: instantColumn('published_at').notNull(),
  retractedAt: instantColumn('retracted_at'),
})

/** The trade plan of a post. Immutable. */
export const signals = schema.table(
  'signal',
  {
    id: idColumn<'Signal'>('id').primaryKey(),
    postId: idColumn<'Post'>('post_id')
      .notNull()
      .unique()
      .references(() => posts.id),
    authorId: idColumn<'User'>('author_id').notNull(),
    instrumentId: idColumn<'Instrument'>('instrument_id').notNull(),
    side: text('side').$type<Side>().notNull(),
    entryKind: text('entry_kind').$type<'MARKET' | 'LIMIT'>().notNull(),
    entry: decimalColumn('entry').notNull(),
    entryExpiresAt: instantColumn('entry_expires_at'),
    stop: decimalColumn('stop').notNull(),
    targets: jsonb('targets').$type<readonly StoredTarget[]>().notNull(),
    publishedAt: instantColumn('published_at').notNull(),
    expiresAt: instantColumn('expires_at').notNull(),
    conviction: doublePrecision('conviction').notNull(),
    moveStopToEntryAfter: integer('move_stop_to_entry_after'),
  },
  (table) => [index().on(table.authorId, table.instrumentId, table.side), index().on(table.instrumentId)],
)

export const signalOutcomes = schema.table(
  'signal_outcome',
  {
    signalId: idColumn<'Signal'>('signal_id')
      .primaryKey()
      .references(() => signals.id),
    state: text('state').$type<SignalState>().notNull(),
    reason: text('reason').$type<Reason>(),
    rGross: doublePrecision('r_gross'),
    rNet: doublePrecision('r_net'),
    feeR: doublePrecision('fee_r'),
    fundingR: doublePrecision('funding_r'),
    maxAdverseR: doublePrecision('max_adverse_r'),
    maxFavourableR: doublePrecision('max_favourable_r'),
    ambiguous: boolean('ambiguous').notNull(),
    hasDataGap: boolean('has_data_gap').notNull(),
    resolution: text('resolution').$type<Interval>(),
    fills: jsonb('fills').$type<readonly StoredFill[]>().notNull(),
    evaluatedThrough: instantColumn('evaluated_through'),
    settledAt: instantColumn('settled_at'),
    methodVersion: text('method_version').notNull(),
    /** Counts changes from 1. */
    revision: integer('revision').notNull(),
    /** The next instant at which the outcome may change; null once it is final. */
    dueAt: instantColumn('due_at'),
  },
  (table) => [index().on(table.dueAt)],
)

export const orderTickets = schema.table('order_ticket', {
  id: idColumn<'OrderTicket'>('id').primaryKey(),
  userId: idColumn<'User'>('user_id').notNull(),
  postId: idColumn<'Post'>('post_id').notNull(),
  instrumentId: idColumn<'Instrument'>('instrument_id')
    .notNull()
    .references(() => instruments.id),
  side: text('side').$type<OrderSide>(),
  limitPrice: decimalColumn('limit_price'),
  stop: decimalColumn('stop'),
  openedAt: instantColumn('opened_at').notNull(),
  expiresAt: instantColumn('expires_at').notNull(),
})

export const orders = schema.table(
  'order',
  {
    id: idColumn<'Order'>('id').primaryKey(),
    userId: idColumn<'User'>('user_id').notNull(),
    instrumentId: idColumn<'Instrument'>('instrument_id')
      .notNull()
      .references(() => instruments.id),
    ticketId: idColumn<'OrderTicket'>('ticket_id').references(() => orderTickets.id),
    side: text('side').$type<OrderSide>().notNull(),
    kind: text('kind').$type<OrderKind>().notNull(),
    limitPrice: decimalColumn('limit_price'),
    quantity: decimalColumn('quantity').notNull(),
    status: text('status').$type<OrderStatus>().notNull(),
    revision: integer('revision').notNull(),
    /** The viewer was a partner app when it was placed. */
    isAutomated: boolean('is_automated').notNull(),
    placedAt: instantColumn('placed_at').notNull(),
    expiresAt: instantColumn('expires_at'),
    /** Candles that closed until then do not fill it. */
    matchedThrough: instantColumn('matched_through').notNull(),
    /** The next instant at which it may fill or expire; null once it is not open. */
    dueAt: instantColumn('due_at'),
  },
  (table) => [
    index().on(table.userId, table.placedAt, table.id),
    index().on(table.dueAt),
    index().on(table.instrumentId).where(sql`status = 'OPEN'`),
  ],
)

export const trades = schema.table(
  'trade',
  {
    id: idColumn<'Trade'>('id').primaryKey(),
    /** Unique: an order is filled completely, once. */
    orderId: idColumn<'Order'>('order_id')
      .notNull()
      .unique()
      .references(() => orders.id),
    userId: idColumn<'User'>('user_id').notNull(),
    instrumentId: idColumn<'Instrument'>('instrument_id')
      .notNull()
      .references(() => instruments.id),
    side: text('side').$type<OrderSide>().notNull(),
    price: decimalColumn('price').notNull(),
    quantity: decimalColumn('quantity').notNull(),
    notional: decimalColumn('notional').notNull(),
    fee: decimalColumn('fee').notNull(),
    currency: text('currency').notNull(),
    executedAt: instantColumn('executed_at').notNull(),
  },
  (table) => [index().on(table.userId, table.executedAt, table.id)],
)

/** What live has locked to be judged by candles. */
export const predictions = schema.table(
  'prediction',
  {
    id: idColumn<'Prediction'>('id').primaryKey(),
    instrumentId: idColumn<'Instrument'>('instrument_id').notNull(),
    lockedAt: instantColumn('locked_at').notNull(),
    horizonAt: instantColumn('horizon_at').notNull(),
    /** The next instant at which it may be judged; null once it is, and then it is told and never judged again. */
    dueAt: instantColumn('due_at'),
  },
  (table) => [index().on(table.dueAt), index().on(table.instrumentId).where(sql`due_at is not null`)],
)

/** Whose signals may be followed: a copy from creators. */
export const creators = schema.table('creator', { id: idColumn<'User'>('id').primaryKey() })

/** Who is a member of which circle, as circles has told. */
export const circleMembers = schema.table(
  'circle_member',
  {
    circleId: idColumn<'Circle'>('circle_id').notNull(),
    userId: idColumn<'User'>('user_id').notNull(),
  },
  (table) => [primaryKey({ columns: [table.circleId, table.userId] })],
)

export const idempotencyKeys = idempotencyKeyTable(schema)
export const consumerPositions = consumerPositionTable(schema)
