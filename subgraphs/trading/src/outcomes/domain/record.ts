import type { SignalOutcome } from './outcome.ts'

/** The denominator contract: every rate comes with the counts it is made of. `wins + losses = settled <= triggered <= issued`. */
export type SignalRecord = {
  /** Scored signals; duplicates and invalid plans are not among them. */
  readonly issued: number
  /** Of these, with a filled entry. */
  readonly triggered: number
  readonly settled: number
  /** Settled with `rNet > 0`. */
  readonly wins: number
  readonly losses: number
  /** `wins / settled`; null when nothing is settled. */
  readonly hitRate: number | null
  /** `triggered / issued`; null when nothing is issued. */
  readonly triggerRate: number | null
}

/** The record of one creator, instrument or strategy, whichever outcomes it is given. */
export function recordOf(outcomes: readonly Pick<SignalOutcome, 'state' | 'rNet' | 'fills'>[]): SignalRecord {
  const scored = outcomes.filter(({ state }) => state !== 'DUPLICATE' && state !== 'INVALID')
  const settled = scored.filter(({ state }) => state === 'SETTLED')
  const [issued, triggered] = [scored.length, scored.filter(({ fills }) => fills.length > 0).length]
  const wins = settled.filter(({ rNet }) => rNet !== null && rNet > 0).length
  return {
    issued,
    triggered,
    settled: settled.length,
    wins,
    losses: settled.length - wins,
    hitRate: settled.length > 0 ? wins / settled.length : null,
    triggerRate: issued > 0 ? triggered / issued : null,
  }
}
