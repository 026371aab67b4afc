import { type Decimal, isPositive } from '@planet/runtime/decimal'
import type { Id } from '@planet/runtime/ids'
import { lastTouch } from './last-touch.ts'
import { touchWeight } from './time-decay.ts'
import { type Touch, type TouchKind, touchesInWindow } from './touch.ts'

/** A trade as far as linking depends on it. */
export type LinkableTrade = {
  readonly id: Id<'Trade'>
  readonly userId: Id<'User'>
  /** Accounts of one person share it; null while the account is in no cluster. */
  readonly identityClusterId: string | null
  /** Upper case, e.g. `BTC-USD`, `BTC`, `USD`. */
  readonly instrument: { readonly symbol: string; readonly baseAsset: string; readonly quoteAsset: string }
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
  readonly creatorId: Id<'Creator'>
  readonly authorUserId: Id<'User'>
  readonly authorIdentityClusterId: string | null
  /** Upper case without `$`, of the text that was touched: a symbol or a base asset. */
  readonly cashtags: readonly string[]
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

type LinkParts = {
  readonly postId: Id<'Post'>
  readonly creatorId: Id<'Creator'>
  /** Kind of the touch that links, and when that was. */
  readonly rule: TouchKind
  readonly touchedAt: Date
  /** Every touch of the post whose window was open. */
  readonly touches: readonly [Touch, ...Touch[]]
}

export type EligibleLink = LinkParts & { readonly kind: 'Eligible' }
export type IneligibleLink = LinkParts & { readonly kind: 'Ineligible'; readonly reason: IneligibilityReason }
/** An edge between a post and a trade: an accounting statement, not a causal claim. */
export type Link = EligibleLink | IneligibleLink

/**
 * Whether the trade is linked to the post, and if so whether the link earns credit. Null unless the post has a cashtag of
 * the trade's instrument or base asset, and the same user touched it strictly before the order was created with the window
 * still open. `rule` is the kind of the touch that weighs most by time decay, so that it names what earned the credit; of
 * equals the latest. A ticket always wins: within its window it weighs more than any click or view can. (Rules: C4)
 */
export function decideLink(trade: LinkableTrade, post: LinkablePost, touches: readonly Touch[]): Link | null {
  if (!mentions(post.cashtags, trade.instrument)) return null
  const own = touches.filter((touch) => touch.postId === post.id && touch.userId === trade.userId)
  const [first, ...others] = touchesInWindow(own, trade.orderCreatedAt)
  if (first === undefined) return null

  const inWindow = [first, ...others] as const
  const { kind: rule, at: touchedAt } = linkingTouch(inWindow, trade)
  const parts = { postId: post.id, creatorId: post.creatorId, rule, touchedAt, touches: inWindow }
  const reason = findIneligibilityReason(trade, post)
  return reason === null ? { kind: 'Eligible', ...parts } : { kind: 'Ineligible', reason, ...parts }
}

/** True if buying follows a long signal or selling a short one; null for a post without a signal. */
export function agreesWithSignal(tradeSide: 'BUY' | 'SELL', signalSide: 'LONG' | 'SHORT' | null): boolean | null {
  return signalSide === null ? null : (tradeSide === 'BUY') === (signalSide === 'LONG')
}

function findIneligibilityReason(trade: LinkableTrade, post: LinkablePost): IneligibilityReason | null {
  if (trade.userId === post.authorUserId) return 'AUTHORS_OWN_TRADE'
  if (trade.identityClusterId !== null && trade.identityClusterId === post.authorIdentityClusterId) {
    return 'SAME_IDENTITY_AS_AUTHOR'
  }
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

const mentions = (cashtags: readonly string[], instrument: LinkableTrade['instrument']) =>
  cashtags.includes(instrument.symbol) || cashtags.includes(instrument.baseAsset)

function linkingTouch(touches: readonly [Touch, ...Touch[]], trade: LinkableTrade): Touch {
  const weights = touches.map((touch) => touchWeight(touch, trade.orderCreatedAt))
  const greatest = Math.max(...weights)
  return lastTouch(touches.filter((_, i) => weights[i] === greatest)) ?? touches[0]
}
