import { z } from 'zod'
import { defineEvent, streamBy } from './define.ts'
import { amount, id, instant } from './fields.ts'

export const InstrumentListed = defineEvent('trading.InstrumentListed', {
  about: 'An instrument can be traded and published about.',
  kept: 'FACT',
  ...streamBy('instrument', 'instrumentId'),
  payload: z.object({
    instrumentId: id<'Instrument'>(),
    symbol: z.string(),
    venue: z.string(),
    assetClass: z.string(),
    baseAsset: z.string(),
    quoteAsset: z.string(),
    tickSize: amount(),
    lotSize: amount(),
  }),
  consumers: ['incentives', 'live', 'posts'],
})

export const TicketOpened = defineEvent('trading.TicketOpened', {
  about: 'A user opened an order ticket on a post.',
  kept: 'FACT',
  ...streamBy('user', 'userId'),
  payload: z.object({
    ticketId: id<'OrderTicket'>(),
    userId: id<'User'>(),
    postId: id<'Post'>(),
    instrumentId: id<'Instrument'>(),
    /** The last price known at `at`, in quote asset; null before the instrument's first candle. */
    referencePrice: amount().nullable(),
    /** The strategy that the suggested plan follows; null without one. */
    strategyId: id<'Strategy'>().nullable(),
    at: instant(),
  }),
  consumers: ['incentives'],
})

export const TradeExecuted = defineEvent('trading.TradeExecuted', {
  about: 'An order was filled.',
  kept: 'FACT',
  ...streamBy('user', 'userId'),
  payload: z.object({
    tradeId: id<'Trade'>(),
    orderId: id<'Order'>(),
    userId: id<'User'>(),
    instrumentId: id<'Instrument'>(),
    baseAsset: z.string(),
    quoteAsset: z.string(),
    side: z.enum(['BUY', 'SELL']),
    orderKind: z.enum(['MARKET', 'LIMIT']),
    /** The ticket that the order was placed from; null for one without. */
    ticketId: id<'OrderTicket'>().nullable(),
    /** The ticket's; null without one. */
    strategyId: id<'Strategy'>().nullable(),
    /** What the ticket's `referencePrice` is, to measure what became of the price since; null without a ticket. */
    referencePrice: amount().nullable(),
    /** In quote asset per base asset. */
    price: amount(),
    /** In base asset. */
    quantity: amount(),
    /** In quote asset. */
    notional: amount(),
    /** In `feeCurrency`. */
    fee: amount(),
    feeCurrency: z.string(),
    orderPlacedAt: instant(),
    executedAt: instant(),
    isAutomated: z.boolean(),
    /** False while there are no copied trades, no paid referrals and no wash detection. */
    isCopy: z.boolean(),
    isReferralPaid: z.boolean(),
    isWashFlagged: z.boolean(),
  }),
  consumers: ['incentives'],
})

export const OrderChanged = defineEvent('trading.OrderChanged', {
  about: 'An order was placed, filled, cancelled or expired; in a stream that counts the changes of a user.',
  kept: 'FACT',
  ...streamBy('orders', 'userId'),
  payload: z.object({
    orderId: id<'Order'>(),
    userId: id<'User'>(),
    status: z.enum(['OPEN', 'FILLED', 'CANCELLED', 'EXPIRED']),
    /** Dense from 1 per order. */
    revision: z.int(),
  }),
  audience: 'ITS_USER',
})

/** One entry or exit of a plan on candles. */
const Fill = z.object({
  /** The instant of a fill at an open or a close; else the open time of the candle in which it happened. */
  at: instant(),
  kind: z.enum(['ENTRY', 'TARGET', 'STOP', 'STOP_GAP', 'EXPIRED', 'RETRACTED', 'REVISED']),
  /** In quote asset. */
  price: amount(),
  /** Share of the whole position, 1 for the entry. */
  fraction: amount(),
  /** From 0; null unless the kind is TARGET. */
  targetIndex: z.int().nullable(),
})

export const SignalSettled = defineEvent('trading.SignalSettled', {
  about:
    "A signal's outcome is final, once for each version of the rules. Public ones stand in a stream that counts them per creator.",
  kept: 'FACT',
  stream: 'outcomes:<authorId>, of a circle creator:<authorId>',
  streamOf: ({ authorId, audience }: { readonly authorId: string; readonly audience: 'PUBLIC' | 'CIRCLE' }) =>
    audience === 'PUBLIC' ? `outcomes:${authorId}` : `creator:${authorId}`,
  payload: z.object({
    signalId: id<'Signal'>(),
    postId: id<'Post'>(),
    authorId: id<'User'>(),
    audience: z.enum(['PUBLIC', 'CIRCLE']),
    instrumentId: id<'Instrument'>(),
    side: z.enum(['LONG', 'SHORT']),
    /** Stated probability that `rNet` is above zero. */
    conviction: z.number(),
    publishedAt: instant(),
    state: z.string(),
    reason: z.string().nullable(),
    /** Of the entry, the price in quote asset; null where nothing was entered, as is everything in R. */
    entryAt: instant().nullable(),
    entryPrice: amount().nullable(),
    /** Entry and exits in order of time; none where nothing was entered. */
    fills: z.array(Fill),
    /** In R: `rNet = rGross - feeR - fundingR`. */
    rGross: z.number().nullable(),
    feeR: z.number().nullable(),
    fundingR: z.number().nullable(),
    rNet: z.number().nullable(),
    /** Worst and best excursion while open, in R: `maxAdverseR <= 0 <= maxFavourableR`. */
    maxAdverseR: z.number().nullable(),
    maxFavourableR: z.number().nullable(),
    /** Stop and target lay inside one candle that no finer ones resolved; the stop was assumed first. */
    ambiguous: z.boolean(),
    /** A candle was missing for more than 48 hours. */
    hasDataGap: z.boolean(),
    /** The finest interval that decided a fill, e.g. `1m`; null where nothing was entered. */
    resolution: z.string().nullable(),
    /** The publication for a plan that is not scored. */
    settledAt: instant(),
    methodVersion: z.string(),
  }),
  audience: 'EVERYBODY',
})

/** What an open signal was worth at the end of a day. */
const SignalMark = z.object({
  signalId: id<'Signal'>(),
  audience: z.enum(['PUBLIC', 'CIRCLE']),
  instrumentId: id<'Instrument'>(),
  /** Share of the position that was open, above 0. */
  openFraction: amount(),
  /** In quote asset: the close of the day's last candle, and when that was. Null where the day had none since the entry. */
  price: amount().nullable(),
  pricedAt: instant().nullable(),
  /** In R: what it would have settled at, costs included, had the rest been closed at `price`; null without one. */
  markR: z.number().nullable(),
})

export const CreatorDayMarked = defineEvent('trading.CreatorDayMarked', {
  about:
    'A UTC day of the platform is over, and what the signals of a creator were worth at its end is known; once for each day from the first signal on, and version of the rules.',
  kept: 'FACT',
  ...streamBy('marks', 'creatorId'),
  payload: z.object({
    creatorId: id<'User'>(),
    /** The day, e.g. `2026-01-24`. */
    day: z.iso.date(),
    methodVersion: z.string(),
    /** Sum of `rNet` of all that was settled by the end of the day, in R. */
    settledR: z.number(),
    /** `settledR` and the marks of what was open; null where one of these has none. */
    equityR: z.number().nullable(),
    /** The same of public signals only. */
    publicSettledR: z.number(),
    publicEquityR: z.number().nullable(),
    /** Those that had been entered and were not settled. */
    signals: z.array(SignalMark),
    /** When it was written, in the platform's time. */
    markedAt: instant(),
  }),
})

export const PredictionSettled = defineEvent('trading.PredictionSettled', {
  about: 'A prediction was judged by the market. The prices are null where the market gave none to judge it by.',
  kept: 'FACT',
  ...streamBy('prediction', 'predictionId'),
  payload: z.object({
    predictionId: id<'Prediction'>(),
    priceAtLock: amount().nullable(),
    priceAtHorizon: amount().nullable(),
    isUp: z.boolean().nullable(),
    settledAt: instant(),
  }),
  consumers: ['live'],
})
