import { NOT_EXTREMISED } from '../../sessions/domain/extremising.ts'

/** What is known of somebody's judged probabilities. */
export type BrierRecord = {
  readonly settledCount: number
  /** Sum of the Brier scores. */
  readonly brierSum: number
  /** How often the price was higher. */
  readonly upCount: number
}

/** Brier score (p - o)² of one probability: 0 best, 1 worst. (Formula: C2) */
export const brierScore = (probabilityUp: number, isUp: boolean): number => (probabilityUp - (isUp ? 1 : 0)) ** 2

/**
 * Skill 1 - Brier / (ō (1 - ō)) against always stating the base rate ō of one's own questions: 1 perfect, 0 as good as
 * that, negative worse. Null while nothing is settled or every question came out the same, for then the base rate is
 * perfect itself. (Formula: C2)
 */
export function skillOf({ settledCount, brierSum, upCount }: BrierRecord): number | null {
  if (upCount === 0 || upCount === settledCount) return null
  const baseRate = upCount / settledCount
  return 1 - brierSum / settledCount / (baseRate * (1 - baseRate))
}

/** Settled predictions from which on the record decides. */
const ENOUGH = 20

/** The exponent that past crowds speak for: `usual`, unless enough of them were better without extremising. (C3) */
export function chooseExponent(
  record: { readonly settledCount: number; readonly pooledBrier: number | null; readonly extremisedBrier: number | null },
  usual: number,
): number {
  const { settledCount, pooledBrier, extremisedBrier } = record
  if (settledCount < ENOUGH || pooledBrier === null || extremisedBrier === null) return usual
  return pooledBrier < extremisedBrier ? NOT_EXTREMISED : usual
}
