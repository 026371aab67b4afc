import { type Decimal, ZERO } from '@planet/runtime/decimal'
import type { Id } from '@planet/runtime/ids'
import { seedOf } from '@planet/runtime/random'
import type { TouchSetCount } from './journey.ts'
import { lastTouch } from './last-touch.ts'
import type { EligibleLink, Link, LinkableTrade } from './link.ts'
import { conversionGame, shapleyShares } from './shapley.ts'
import { splitExactly } from './split.ts'
import { postWeight } from './time-decay.ts'

/** What one post gets of one trade in each model: 0 to 1 with 12 fractional digits. Attributed, not incremental. */
export type PostCredit = {
  readonly postId: Id<'Post'>
  readonly creditLastTouch: Decimal
  readonly creditTimeDecay: Decimal
  readonly creditShapley: Decimal
}

/** One credit in units of 10^-12, and such a unit in those of `Decimal`. */
const CREDIT_UNITS = 10n ** 12n
const DECIMAL_UNITS = 10n ** 6n

/**
 * The credit of one trade over the posts it is linked to, one entry a link, sorted by post id. In each model the eligible
 * links' credits sum to exactly 1 (largest remainder, of equals the smaller post id) and the others get 0; without an
 * eligible link all get 0. Models (C4):
 * - last touch: all to the post touched last;
 * - time decay: in proportion to the posts' decayed touch weights;
 * - Shapley: creators share by their part in the conversion rate of `touchSets`, and each creator's share is divided among
 *   his posts by time decay. Sampling is seeded by the trade's id, so anybody can recompute it.
 */
export function creditTrade(
  trade: Pick<LinkableTrade, 'id' | 'orderCreatedAt'>,
  links: readonly Link[],
  touchSets: readonly TouchSetCount[],
): PostCredit[] {
  const sorted = links.toSorted((a, b) => (a.postId < b.postId ? -1 : 1))
  const eligible = sorted.filter((link) => link.kind === 'Eligible')
  const decayed = eligible.map((link) => postWeight(link.touches, trade.orderCreatedAt))

  const lastTouchCredits = creditsOf(eligible, lastTouchWeights(eligible))
  const timeDecayCredits = creditsOf(eligible, decayed)
  const shapleyCredits = creditsOf(eligible, shapleyWeights(eligible, decayed, touchSets, seedOf(trade.id)))
  return sorted.map(({ postId }) => ({
    postId,
    creditLastTouch: lastTouchCredits.get(postId) ?? ZERO,
    creditTimeDecay: timeDecayCredits.get(postId) ?? ZERO,
    creditShapley: shapleyCredits.get(postId) ?? ZERO,
  }))
}

function lastTouchWeights(links: readonly EligibleLink[]): number[] {
  const last = lastTouch(links.flatMap((link) => link.touches))
  return links.map((link) => (link.postId === last?.postId ? 1 : 0))
}

function shapleyWeights(
  links: readonly EligibleLink[],
  decayed: readonly number[],
  touchSets: readonly TouchSetCount[],
  seed: number,
): number[] {
  const creatorIds = [...new Set(links.map((link) => link.creatorId))].sort((a, b) => (a < b ? -1 : 1))
  const shares = shapleyShares(conversionGame(creatorIds, touchSets), seed)
  const shareOf = new Map(creatorIds.map((id, i) => [id, shares[i] ?? 0]))
  const decayedOf = new Map(creatorIds.map((id) => [id, 0]))
  links.forEach((link, i) => {
    decayedOf.set(link.creatorId, (decayedOf.get(link.creatorId) ?? 0) + (decayed[i] ?? 0))
  })
  // No division by zero: inside its window a touch keeps some weight.
  return links.map((link, i) => ((shareOf.get(link.creatorId) ?? 0) * (decayed[i] ?? 0)) / (decayedOf.get(link.creatorId) ?? 1))
}

function creditsOf(links: readonly EligibleLink[], weights: readonly number[]): ReadonlyMap<Id<'Post'>, Decimal> {
  if (links.length === 0) return new Map()
  const credits = splitExactly(weights, CREDIT_UNITS)
  return new Map(links.map(({ postId }, i) => [postId, { units: (credits[i] ?? 0n) * DECIMAL_UNITS }]))
}
