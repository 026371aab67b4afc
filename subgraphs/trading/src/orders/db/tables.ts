import { decimalColumn, idColumn, instantColumn } from '@planet/runtime/columns'
import { sql } from 'drizzle-orm'
import { boolean, index, integer, text } from 'drizzle-orm/pg-core'
import { schema } from '../../db/tables.ts'
import { instruments } from '../../market/db/tables.ts'
import type { OrderKind, OrderSide, OrderStatus } from '../domain/order.ts'

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
  /** The last price known when it was opened, in quote asset; null before the instrument's first candle. */
  referencePrice: decimalColumn('reference_price'),
  /** That of the suggested plan; null without one. */
  strategyId: idColumn<'Strategy'>('strategy_id'),
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
    /** The ticket's; null without one. */
    strategyId: idColumn<'Strategy'>('strategy_id'),
    executedAt: instantColumn('executed_at').notNull(),
  },
  (table) => [index().on(table.userId, table.executedAt, table.id)],
)
