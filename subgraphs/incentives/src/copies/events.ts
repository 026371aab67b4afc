import type { Tx } from '@planet/runtime/database'
import { decimal } from '@planet/runtime/decimal'
import type { Id } from '@planet/runtime/ids'
import { z } from 'zod'

const id = <Kind extends string>() => z.uuid().transform((text) => text as Id<Kind>)
const instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text))
const amount = z.string().transform(decimal)

/** What incentives reads of the events of others, by type; other members of a payload are left alone. */
export const payloads = {
  'creators.UserRegistered': z.object({ userId: id<'User'>() }),
  'creators.IdentityChecked': z.object({ userId: id<'User'>(), identityClusterId: z.uuid() }),
  'circles.MembershipChanged': z.object({
    circleId: id<'Circle'>(),
    userId: id<'User'>(),
    state: z.enum(['REQUESTED', 'MEMBER', 'LEFT']),
    revision: z.int(),
  }),
  'trading.InstrumentListed': z.object({ instrumentId: id<'Instrument'>(), baseAsset: z.string(), quoteAsset: z.string() }),
  'posts.PostPublished': z.object({
    postId: id<'Post'>(),
    authorId: id<'User'>(),
    audience: z.enum(['PUBLIC', 'CIRCLE']),
    circleId: id<'Circle'>().nullable(),
    instrumentIds: z.array(id<'Instrument'>()),
    baseAssets: z.array(z.string()),
    publishedAt: instant,
    signal: z.object({ instrumentId: id<'Instrument'>(), side: z.enum(['LONG', 'SHORT']) }).nullable(),
  }),
  'posts.PostRetracted': z.object({ postId: id<'Post'>(), retractedAt: instant }),
  'trading.TicketOpened': z.object({ ticketId: id<'Touch'>(), userId: id<'User'>(), postId: id<'Post'>(), at: instant }),
  'trading.TradeExecuted': z.object({
    tradeId: id<'Trade'>(),
    userId: id<'User'>(),
    instrumentId: id<'Instrument'>(),
    baseAsset: z.string(),
    quoteAsset: z.string(),
    side: z.enum(['BUY', 'SELL']),
    fee: amount,
    feeCurrency: z.string(),
    orderPlacedAt: instant,
    executedAt: instant,
    isAutomated: z.boolean(),
    // Trading says these once it knows copies, paid referrals and wash trades.
    isCopy: z.boolean().default(false),
    isReferralPaid: z.boolean().default(false),
    isWashFlagged: z.boolean().default(false),
  }),
}

export type Payload<Type extends keyof typeof payloads> = z.output<(typeof payloads)[Type]>

/** What an event of another subgraph does here, heard of at `now`; it changes nothing when the event is heard of again. */
export type Handler<Type extends keyof typeof payloads> = (tx: Tx, payload: Payload<Type>, now: Date) => Promise<void>
