import { type Decimal, isPositive } from '@planet/runtime/decimal'
import type { Id } from '@planet/runtime/ids'
import { type LinkingKind, type Named, type Touch, touchesInWindow } from '../../touches/domain/touch.ts'
import { lastTouch, latestOfKinds } from './last-touch.ts'
import { touchWeight } from './time-decay.ts'

/** A trade as far as linking depends on it. */
export type LinkableTrade = {
  readonly id: Id<'Trade'>
  readonly userId: Id<'User'>
  /** Accounts of one person share it; null while the account is in no cluster. */
  readonly identityClusterId: string | null
  /** Assets in upper case, e.g. `BTC` and `USD`. */
  readonly instrument: { readonly id: Id<'Instrument'>; readonly baseAsset: string; readonly quoteAsset: string }
  readonly fee: Decimal
  /** When the order behind it was created: content seen later cannot have led to it. */
  readonly orderCreatedAt: Date
  /** Copies another's trade. */
  readonly isCopy: boolean
  /** Placed through an API or by a market maker. */
  readonly isAutomated: boolean
  /** A referral is paid for it already. */
  readonly isReferralPaid: boolean
  readonly isWashFlagged: boolean
}

/** A post as far as linking depends on it. */
export type LinkablePost = {
  readonly id: Id<'Post'>
  readonly creatorId: Id<'User'>
  readonly creatorIdentityClusterId: string | null
}

/** A touch with what the text named that was touched: what the post says now, or said before, links nothing to it. */
export type LinkableTouch = Touch & { readonly named: Named }

/** What a post's plan is about; `baseAsset` is null while its instrument is not known. */
export type LinkableSignal = {
  readonly side: 'LONG' | 'SHORT'
  readonly instrumentId: Id<'Instrument'>
  readonly baseAsset: string | null
}

/** Why a linked trade earns no credit; of several reasons the first in this order is given. (C4) */
export type IneligibilityReason =
  | 'AUTHORS_OWN_TRADE'
  | 'SAME_IDENTITY_AS_AUTHOR'
  | 'COPY_TRADE'
  | 'AUTOMATED_ACCOUNT'
  | 'STABLECOIN_PAIR'
  | 'ZERO_FEE'
  | 'REFERRAL_PAID'
  | 'WASH_FLAGGED'

type TradeFacts = Pick<LinkableTrade, 'instrument' | 'fee' | 'isCopy' | 'isAutomated' | 'isReferralPaid' | 'isWashFlagged'>

type LinkParts = {
  readonly postId: Id<'Post'>
  readonly creatorId: Id<'User'>
  /** Kind of the touch that links, and when that was. */
  readonly rule: LinkingKind
  readonly touchedAt: Date
  /** What earns the credit: of each kind the latest touch of the post whose window was open. */
  readonly touches: readonly [LinkableTouch, ...LinkableTouch[]]
}

export type EligibleLink = LinkParts & { readonly kind: 'Eligible' }
export type IneligibleLink = LinkParts & { readonly kind: 'Ineligible'; readonly reason: IneligibilityReason }
/** An edge between a post and a trade: an accounting statement, not a causal claim. */
export type Link = EligibleLink | IneligibleLink

/**
 * Whether the trade is linked to the post, and if so whether the link earns credit. Null unless the same user touched a text
 * of the post that named the trade's instrument or base asset, strictly before the order was created with the window still
 * open. `rule` is the kind of the touch that weighs most by time decay, so that it names what earned the credit; of
 * equals the latest. Of touches of one kind only the latest counts: whoever comes back again and again has still met the post
 * once. A ticket always wins: within its window it weighs more than any click or view can. (Rules: C4)
 */
export function decideLink(trade: LinkableTrade, post: LinkablePost, touches: readonly LinkableTouch[]): Link | null {
  const own = touches.filter(
    (touch) => touch.postId === post.id && touch.userId === trade.userId && isAbout(touch.named, trade.instrument),
  )
  const [first, ...others] = latestOfKinds(touchesInWindow(own, trade.orderCreatedAt))
  if (first === undefined) return null

  const inWindow = [first, ...others] as const
  const { kind: rule, at: touchedAt } = linkingTouch(inWindow, trade)
  const parts = { postId: post.id, creatorId: post.creatorId, rule, touchedAt, touches: inWindow }
  const reason = findIneligibilityReason(trade, post)
  return reason === null ? { kind: 'Eligible', ...parts } : { kind: 'Ineligible', reason, ...parts }
}

/**
 * True if buying follows a long signal or selling a short one. Null without a signal, and for a signal about something else
 * than the traded instrument or its base asset: a post may name several.
 */
export function agreesWithSignal(
  trade: { readonly side: 'BUY' | 'SELL'; readonly instrument: LinkableTrade['instrument'] },
  signal: LinkableSignal | null,
): boolean | null {
  if (signal === null) return null
  if (signal.instrumentId !== trade.instrument.id && signal.baseAsset !== trade.instrument.baseAsset) return null
  return (trade.side === 'BUY') === (signal.side === 'LONG')
}

/** What the posts' signals say together: null if they differ or nobody says anything. */
export function commonAgreement(agreements: readonly (boolean | null)[]): boolean | null {
  const [first, ...others] = new Set(agreements.filter((agreement) => agreement !== null))
  return first === undefined || others.length > 0 ? null : first
}

function findIneligibilityReason(trade: LinkableTrade, post: LinkablePost): IneligibilityReason | null {
  if (trade.userId === post.creatorId) return 'AUTHORS_OWN_TRADE'
  if (trade.identityClusterId !== null && trade.identityClusterId === post.creatorIdentityClusterId) {
    return 'SAME_IDENTITY_AS_AUTHOR'
  }
  return findTradeIneligibility(trade)
}

/** Why the trade earns no post any credit, whoever wrote it; null if it can. Such a trade is no conversion either. */
export function findTradeIneligibility(trade: TradeFacts): IneligibilityReason | null {
  if (trade.isCopy) return 'COPY_TRADE'
  if (trade.isAutomated) return 'AUTOMATED_ACCOUNT'
  if (DOLLARS.has(trade.instrument.baseAsset) && DOLLARS.has(trade.instrument.quoteAsset)) return 'STABLECOIN_PAIR'
  if (!isPositive(trade.fee)) return 'ZERO_FEE'
  if (trade.isReferralPaid) return 'REFERRAL_PAID'
  if (trade.isWashFlagged) return 'WASH_FLAGGED'
  return null
}

/** Dollar stablecoins and the dollar itself: a trade between two of them carries no price risk. */
const DOLLARS: ReadonlySet<string> = new Set(
  'USD USDT USDC DAI FDUSD TUSD USDP PYUSD BUSD GUSD USDE USDS USDG RLUSD USD1'.split(' '),
)

const isAbout = ({ instrumentIds, baseAssets }: Named, instrument: LinkableTrade['instrument']) =>
  instrumentIds.includes(instrument.id) || baseAssets.includes(instrument.baseAsset)

function linkingTouch(touches: readonly [Touch, ...Touch[]], trade: LinkableTrade): Touch {
  const weights = touches.map((touch) => touchWeight(touch, trade.orderCreatedAt))
  const greatest = Math.max(...weights)
  return lastTouch(touches.filter((_, i) => weights[i] === greatest)) ?? touches[0]
}
