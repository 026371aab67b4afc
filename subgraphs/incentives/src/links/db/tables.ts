import { decimalColumn, idColumn, instantColumn } from '@planet/runtime/columns'
import { sql } from 'drizzle-orm'
import { boolean, check, date, index, integer, primaryKey, text } from 'drizzle-orm/pg-core'
import { schema } from '../../db/tables.ts'
import type { LinkingKind } from '../../touches/domain/touch.ts'
import type { IneligibilityReason } from '../domain/link.ts'

/** Every trade, linked or not: a copy from trading. */
export const trades = schema.table(
  'trade',
  {
    id: idColumn<'Trade'>('id').primaryKey(),
    userId: idColumn<'User'>('user_id').notNull(),
    instrumentId: idColumn<'Instrument'>('instrument_id').notNull(),
    baseAsset: text('base_asset').notNull(),
    side: text('side').$type<'BUY' | 'SELL'>().notNull(),
    fee: decimalColumn('fee').notNull(),
    feeCurrency: text('fee_currency').notNull(),
    orderPlacedAt: instantColumn('order_placed_at').notNull(),
    executedAt: instantColumn('executed_at').notNull(),
    /** Why it earns nobody credit, whatever the post; null if it can. */
    ineligibility: text('ineligibility').$type<IneligibilityReason>(),
  },
  (table) => [index().on(table.userId, table.orderPlacedAt)],
)

/** An edge between a post and a trade. Triggers keep the credits of a trade at exactly 1 and refuse changes. */
export const tradeLinks = schema.table(
  'trade_link',
  {
    tradeId: idColumn<'Trade'>('trade_id').notNull(),
    postId: idColumn<'Post'>('post_id').notNull(),
    /** The trade's. */
    userId: idColumn<'User'>('user_id').notNull(),
    /** The trade's; links of a post are listed by it. */
    executedAt: instantColumn('executed_at').notNull(),
    rule: text('rule').$type<LinkingKind>().notNull(),
    touchedAt: instantColumn('touched_at').notNull(),
    /** Null exactly for an eligible link. */
    reason: text('reason').$type<IneligibilityReason>(),
    creditLastTouch: decimalColumn('credit_last_touch').notNull(),
    creditTimeDecay: decimalColumn('credit_time_decay').notNull(),
    creditShapley: decimalColumn('credit_shapley').notNull(),
    agreesWithSignal: boolean('agrees_with_signal'),
  },
  (table) => [
    primaryKey({ columns: [table.tradeId, table.postId] }),
    check(
      'trade_link_ineligible_earns_nothing',
      sql`reason is null or (credit_last_touch = 0 and credit_time_decay = 0 and credit_shapley = 0)`,
    ),
    check('trade_link_no_negative_credit', sql`least(credit_last_touch, credit_time_decay, credit_shapley) >= 0`),
    index().on(table.postId, table.executedAt, table.tradeId),
    index().on(table.postId, table.userId, table.executedAt, table.tradeId),
  ],
)

/** Stored counters, for analysts: a post with many links is not counted on every read. */
export const linkedTradeCounts = schema.table('linked_trade_count', {
  postId: idColumn<'Post'>('post_id').primaryKey(),
  linkCount: integer('link_count').notNull(),
  eligibleCount: integer('eligible_count').notNull(),
})

/** Stored sums of the fees of a post's eligible links. */
export const linkedTradeFees = schema.table(
  'linked_trade_fee',
  {
    postId: idColumn<'Post'>('post_id').notNull(),
    currency: text('currency').notNull(),
    amount: decimalColumn('amount').notNull(),
  },
  (table) => [primaryKey({ columns: [table.postId, table.currency] })],
)

/** Links of a post with fees in one currency, of the days until enough people are behind them: what the public is told at once. */
export const gatherings = schema.table(
  'gathering',
  {
    postId: idColumn<'Post'>('post_id').notNull(),
    currency: text('currency').notNull(),
    /** Counts the gatherings of a post and a currency from 1. */
    number: integer('number').notNull(),
    /** The UTC day on which a link was last added. */
    lastDay: date('last_day', { mode: 'string' }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.postId, table.currency, table.number] })],
)

/** Whose links are gathered. */
export const gatheringUsers = schema.table(
  'gathering_user',
  {
    postId: idColumn<'Post'>('post_id').notNull(),
    currency: text('currency').notNull(),
    number: integer('number').notNull(),
    userId: idColumn<'User'>('user_id').notNull(),
    /** Whether any of the user's links in it earns credit. */
    isEligible: boolean('is_eligible').notNull(),
    /** Fees of those that do. */
    fee: decimalColumn('fee').notNull(),
  },
  (table) => [primaryKey({ columns: [table.postId, table.currency, table.number, table.userId] })],
)
