/** One vote's part in the pool: `share` of the room, and the stated probability. Shares sum to 1. */
export type PooledVote = { readonly share: number; readonly probability: number }

/** Certainty is not believed: a stated probability counts at most as this. */
export const CLIP = { low: 0.02, high: 0.98 } as const

/** Log-odds of a probability in (0, 1). */
export const logit = (probability: number): number => Math.log(probability / (1 - probability))

/** Probability of log-odds: the inverse of `logit`. */
export const sigmoid = (logOdds: number): number => 1 / (1 + Math.exp(-logOdds))

/** Arithmetic mean Σ s p of the stated probabilities, unclipped. (Formula: C3) */
export function meanProbability(votes: readonly PooledVote[]): number {
  return votes.reduce((sum, vote) => sum + vote.share * vote.probability, 0)
}

/** Pooled log-odds L = Σ s logit(p) with p clipped; `sigmoid(L)` is the geometric mean of odds. (Formula: C3) */
export function poolLogOdds(votes: readonly PooledVote[], clip: { low: number; high: number } = CLIP): number {
  return votes.reduce((sum, vote) => sum + vote.share * logit(clipped(vote.probability, clip)), 0)
}

/** Weighted standard deviation of the votes' clipped log-odds around `pooled`. */
export function logOddsDeviation(votes: readonly PooledVote[], pooled: number): number {
  return Math.sqrt(votes.reduce((sum, vote) => sum + vote.share * (logit(clipped(vote.probability, CLIP)) - pooled) ** 2, 0))
}

/** 4 Σ s (p - mean)²: 0 if all say the same, 1 if the room is torn between 0 and 1. (Formula: C3) */
export function disagreementOf(votes: readonly PooledVote[]): number {
  const mean = meanProbability(votes)
  return 4 * votes.reduce((sum, vote) => sum + vote.share * (vote.probability - mean) ** 2, 0)
}

const clipped = (probability: number, clip: { low: number; high: number }) => Math.min(clip.high, Math.max(clip.low, probability))
