/** What a voter is known by when the vote is weighed. */
export type VoterRecord = {
  /** True once the account has passed KYC. */
  readonly isKycVerified: boolean
  /** Brier skill of the voter's own settled probabilities: 1 is perfect, 0 as good as the base rate, negative worse. Null if unknown. */
  readonly skill: number | null
  /** How many settled probabilities `skill` rests on. */
  readonly settledCount: number
}

/** After this long a vote counts half. */
export const VOTE_HALF_LIFE_S = 300

const WEIGHT_WITHOUT_KYC = 0.25
const WEIGHT_OF_UNKNOWN = 1
const SKILL_GAIN = 2
const FULL_RECORD_COUNT = 30

/**
 * Base weight of a voter, dimensionless: 1 + 2 max(0, skill) min(1, n/30), so 1 to 3. An unknown record weighs 1, a bad
 * one no less. Without KYC it is 0.25 whatever the record, which may be somebody else's. (Formula: C3)
 */
export function baseWeight(voter: VoterRecord): number {
  if (!voter.isKycVerified) return WEIGHT_WITHOUT_KYC
  if (voter.skill === null) return WEIGHT_OF_UNKNOWN
  return WEIGHT_OF_UNKNOWN + SKILL_GAIN * Math.max(0, voter.skill) * Math.min(1, voter.settledCount / FULL_RECORD_COUNT)
}

/** Effective weight `w 2^(-age/h)` of a vote `ageS` seconds after it was cast; a negative age counts as 0. (Formula: C3) */
export function effectiveWeight(weight: number, ageS: number, halfLifeS: number = VOTE_HALF_LIFE_S): number {
  return weight * 2 ** (-Math.max(0, ageS) / halfLifeS)
}
