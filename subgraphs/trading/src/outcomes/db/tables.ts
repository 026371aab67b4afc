import { decimalColumn, idColumn, instantColumn } from '@planet/runtime/columns'
import { boolean, date, doublePrecision, index, integer, jsonb, primaryKey, text } from 'drizzle-orm/pg-core'
import { signals } from '../../copies/db/tables.ts'
import { schema } from '../../db/tables.ts'
import type { Interval } from '../../market/domain/candle.ts'
import type { SignalState } from '../domain/outcome.ts'
import type { Reason } from '../domain/position.ts'
import type { StoredFill } from './stored-fill.ts'

/** One for each version of the rules: what an older one says stands beside, as it was left. */
export const signalOutcomes = schema.table(
  'signal_outcome',
  {
    signalId: idColumn<'Signal'>('signal_id')
      .notNull()
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
  (table) => [primaryKey({ columns: [table.signalId, table.methodVersion] }), index().on(table.methodVersion, table.dueAt)],
)

/** Whose days are marked, by which version of the rules, and how far they are. */
export const markedCreators = schema.table(
  'marked_creator',
  {
    creatorId: idColumn<'User'>('creator_id').notNull(),
    methodVersion: text('method_version').notNull(),
    /** The first UTC day that is not marked. */
    nextDay: date('next_day', { mode: 'string' }).notNull(),
    /** When it can be marked, or is looked at again. */
    dueAt: instantColumn('due_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.creatorId, table.methodVersion] }), index().on(table.methodVersion, table.dueAt)],
)

/** What a creator's signals were worth at the end of a UTC day, in R. Written once, also where candles are corrected later. */
export const creatorDayMarks = schema.table(
  'creator_day_mark',
  {
    creatorId: idColumn<'User'>('creator_id').notNull(),
    day: date('day', { mode: 'string' }).notNull(),
    methodVersion: text('method_version').notNull(),
    settledR: doublePrecision('settled_r').notNull(),
    /** Null where an open signal has no mark. */
    equityR: doublePrecision('equity_r'),
    publicSettledR: doublePrecision('public_settled_r').notNull(),
    publicEquityR: doublePrecision('public_equity_r'),
    markedAt: instantColumn('marked_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.creatorId, table.methodVersion, table.day] })],
)

/** The mark of each signal that was open at the end of a UTC day. */
export const signalDayMarks = schema.table(
  'signal_day_mark',
  {
    creatorId: idColumn<'User'>('creator_id').notNull(),
    day: date('day', { mode: 'string' }).notNull(),
    methodVersion: text('method_version').notNull(),
    signalId: idColumn<'Signal'>('signal_id')
      .notNull()
      .references(() => signals.id),
    openFraction: decimalColumn('open_fraction').notNull(),
    /** The close of the day's last candle, in quote asset; null where it had none since the entry. */
    price: decimalColumn('price'),
    pricedAt: instantColumn('priced_at'),
    /** Net of costs; null without a price. */
    markR: doublePrecision('mark_r'),
  },
  (table) => [primaryKey({ columns: [table.creatorId, table.methodVersion, table.day, table.signalId] })],
)
