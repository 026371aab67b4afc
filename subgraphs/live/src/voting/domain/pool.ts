/** The votes of a pool as columns of one length: `shares` of the room, which sum to 1, and the stated `probabilities`. */
export type PooledVotes = { readonly shares: Float64Array; readonly probabilities: Float64Array }

/** Certainty is not believed: a stated probability counts at most as this. */
export const CLIP = { low: 0.02, high: 0.98 } as const

/** Log-odds of a probability in (0, 1). */
export const logit = (probability: number): number => Math.log(probability / (1 - probability))

/** Probability of log-odds: the inverse of `logit`. */
export const sigmoid = (logOdds: number): number => 1 / (1 + Math.exp(-logOdds))

/** Arithmetic mean Σ s p of the stated probabilities, unclipped. (Formula: C3) */
export const meanProbability = (votes: PooledVotes): number => total(votes, (probability) => probability)

/** Pooled log-odds L = Σ s logit(p) with p clipped; `sigmoid(L)` is the geometric mean of odds. (Formula: C3) */
export const poolLogOdds = (votes: PooledVotes, clip: { low: number; high: number } = CLIP): number =>
  total(votes, (probability) => logit(clipped(probability, clip)))

/** Weighted standard deviation of the votes' clipped log-odds around `pooled`. */
export const logOddsDeviation = (votes: PooledVotes, pooled: number): number =>
  Math.sqrt(total(votes, (probability) => (logit(clipped(probability, CLIP)) - pooled) ** 2))

/** 4 Σ s (p - mean)²: 0 if all say the same, 1 if the room is torn between 0 and 1. (Formula: C3) */
export function disagreementOf(votes: PooledVotes): number {
  const mean = meanProbability(votes)
  return 4 * total(votes, (probability) => (probability - mean) ** 2)
}

/** Σ s f(p). */
function total({ shares, probabilities }: PooledVotes, f: (probability: number) => number): number {
  let sum = 0
  for (let i = 0; i < shares.length; i++) sum += at(shares, i) * f(at(probabilities, i))
  return sum
}

/** The element at `i`, which the caller knows to be there. */
export const at = (column: Float64Array | Int32Array, i: number): number => column[i] ?? Number.NaN

const clipped = (probability: number, clip: { low: number; high: number }) => Math.min(clip.high, Math.max(clip.low, probability))
