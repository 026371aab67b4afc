import { decimalColumn, idColumn, instantColumn } from '@planet/runtime/columns'
import { bigint, index, integer, primaryKey, text, unique } from 'drizzle-orm/pg-core'
import { schema } from '../../db/tables.ts'
import type { CandleFlag, Interval } from '../domain/candle.ts'
import type { Calendar } from '../domain/candle-gap.ts'
import type { AssetClass } from '../domain/instrument.ts'

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
    /** When the platform learnt of it as it is, in its own time; of a replayed market often before it opens. */
    recordedAt: instantColumn('recorded_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.instrumentId, table.interval, table.openTime] })],
)

/** What candles were before they were corrected: from `recordedAt` until `supersededAt`, by the platform's time. */
export const candleHistory = schema.table(
  'candle_history',
  {
    id: bigint('id', { mode: 'bigint' }).primaryKey().generatedAlwaysAsIdentity(),
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
    recordedAt: instantColumn('recorded_at').notNull(),
    supersededAt: instantColumn('superseded_at').notNull(),
  },
  (table) => [index().on(table.instrumentId, table.interval, table.openTime)],
)
