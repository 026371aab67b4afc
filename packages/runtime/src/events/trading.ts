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

export const SignalSettled = defineEvent('trading.SignalSettled', {
  about: "A signal's outcome is final. Public ones stand in a stream that counts them per creator.",
  kept: 'FACT',
  stream: 'outcomes:<authorId>, of a circle creator:<authorId>',
  streamOf: ({ authorId, audience }: { readonly authorId: string; readonly audience: 'PUBLIC' | 'CIRCLE' }) =>
    audience === 'PUBLIC' ? `outcomes:${authorId}` : `creator:${authorId}`,
  payload: z.object({
    signalId: id<'Signal'>(),
    postId: id<'Post'>(),
    authorId: id<'User'>(),
    audience: z.enum(['PUBLIC', 'CIRCLE']),
    state: z.string(),
    reason: z.string().nullable(),
    /** In R; null where nothing was entered. */
    rGross: z.number().nullable(),
    rNet: z.number().nullable(),
    settledAt: instant(),
    methodVersion: z.string(),
  }),
  audience: 'EVERYBODY',
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
