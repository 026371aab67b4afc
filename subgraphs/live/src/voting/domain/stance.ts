import { at, type PooledVotes } from './pool.ts'

/** What a probability says: BULL above 0.55, BEAR below 0.45, NEUTRAL between, bounds included. */
export type Stance = 'BULL' | 'NEUTRAL' | 'BEAR'

/** Share of the room per stance; the three sum to 1. */
export type StanceShares = Readonly<Record<Stance, number>>

const BULL_ABOVE = 0.55
const BEAR_BELOW = 0.45

/** Stance of the probability that the price is higher at the horizon. (Bounds: C3) */
export function stanceOf(probability: number): Stance {
  if (probability > BULL_ABOVE) return 'BULL'
  if (probability < BEAR_BELOW) return 'BEAR'
  return 'NEUTRAL'
}

/** Sum of the votes' shares per stance. */
export function stanceShares({ shares, probabilities }: PooledVotes): StanceShares {
  const sums = { BULL: 0, NEUTRAL: 0, BEAR: 0 }
  for (let i = 0; i < shares.length; i++) sums[stanceOf(at(probabilities, i))] += at(shares, i)
  return sums
}

/** Entropy of the stances, -Σ x ln x / ln 3: 0 if all agree, 1 if the three are equally strong. (Formula: C3) */
export function stanceEntropy(shares: StanceShares): number {
  let entropy = 0
  for (const share of [shares.BULL, shares.NEUTRAL, shares.BEAR]) if (share > 0) entropy -= share * Math.log(share)
  // Shares that sum to a hair over 1 would give a hair below 0.
  return Math.min(1, Math.max(0, entropy / Math.log(3)))
}
