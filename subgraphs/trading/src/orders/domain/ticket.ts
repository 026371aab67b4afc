import type { Decimal } from '@planet/runtime/decimal'
import type { Id } from '@planet/runtime/ids'
import type { InputFault } from '@planet/runtime/refusals'
import type { Side } from '../../copies/domain/signal.ts'
import type { OrderSide } from './order.ts'

/** How long an order placed from a ticket counts as coming from its post. */
export const TICKET_LIFETIME_MS = 60 * 60_000

type TicketPost = {
  readonly id: Id<'Post'>
  readonly instrumentIds: readonly string[]
  readonly baseAssets: readonly string[]
}

type TicketSignal = {
  readonly instrumentId: string
  readonly side: Side
  readonly entryKind: 'MARKET' | 'LIMIT'
  readonly entry: Decimal
  readonly stop: Decimal
  readonly strategyId: Id<'Strategy'> | null
}

export type Ticket = {
  readonly postId: Id<'Post'>
  readonly instrumentId: Id<'Instrument'>
  /** What the post's signal on this instrument suggests; null without one. */
  readonly side: OrderSide | null
  readonly limitPrice: Decimal | null
  readonly stop: Decimal | null
  /** The strategy that the suggestion follows; null without one. */
  readonly strategyId: Id<'Strategy'> | null
  readonly openedAt: Date
  readonly expiresAt: Date
}

export type TicketDecision =
  | { readonly kind: 'Opened'; readonly ticket: Ticket }
  | { readonly kind: 'Refused'; readonly faults: readonly InputFault[] }

/** A ticket on what a post is about: an instrument it names, or another one of an asset it names. */
export function decideTicket(
  post: TicketPost,
  signal: TicketSignal | null,
  instrument: { readonly id: Id<'Instrument'>; readonly baseAsset: string },
  now: Date,
): TicketDecision {
  const isAbout =
    signal?.instrumentId === instrument.id ||
    post.instrumentIds.includes(instrument.id) ||
    post.baseAssets.includes(instrument.baseAsset)
  if (!isAbout) return { kind: 'Refused', faults: [{ field: 'instrumentId', message: 'The post is not about this instrument.' }] }

  const suggestion = signal?.instrumentId === instrument.id ? signal : null
  return {
    kind: 'Opened',
    ticket: {
      postId: post.id,
      instrumentId: instrument.id,
      side: suggestion && (suggestion.side === 'LONG' ? 'BUY' : 'SELL'),
      limitPrice: suggestion?.entryKind === 'LIMIT' ? suggestion.entry : null,
      stop: suggestion?.stop ?? null,
      strategyId: suggestion?.strategyId ?? null,
      openedAt: now,
      expiresAt: new Date(now.getTime() + TICKET_LIFETIME_MS),
    },
  }
}
