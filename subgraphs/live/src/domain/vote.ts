import type { SessionStatus } from './session.ts'
import { type Stance, stanceOf } from './stance.ts'

/** What a vote's acceptance depends on. */
export type VotingSession = {
  readonly status: SessionStatus
  /** Last moment at which votes count; null if voting stays open until the session ends. */
  readonly lockAt: Date | null
}

export type VoteRequest = {
  /** That the price is higher at the horizon. */
  readonly probability: number
  readonly castAt: Date
}

export type VoteFault =
  | { readonly kind: 'ProbabilityOutOfRange'; readonly probability: number }
  | { readonly kind: 'SessionNotLive'; readonly status: Exclude<SessionStatus, 'LIVE'> }
  | { readonly kind: 'VotingLocked'; readonly lockAt: Date }

export type VoteDecision =
  | { readonly kind: 'Accepted'; readonly probability: number; readonly stance: Stance; readonly castAt: Date }
  | { readonly kind: 'Refused'; readonly faults: readonly [VoteFault, ...VoteFault[]] }

/** Whether a vote counts; every fault is listed. The probability is strictly inside (0, 1); a vote at the lock still counts. */
export function decideVote(session: VotingSession, vote: VoteRequest): VoteDecision {
  const faults: VoteFault[] = []
  // Written so that NaN is refused too.
  if (!(vote.probability > 0 && vote.probability < 1)) {
    faults.push({ kind: 'ProbabilityOutOfRange', probability: vote.probability })
  }
  if (session.status !== 'LIVE') faults.push({ kind: 'SessionNotLive', status: session.status })
  if (session.lockAt !== null && vote.castAt > session.lockAt) faults.push({ kind: 'VotingLocked', lockAt: session.lockAt })

  const [first, ...others] = faults
  if (first) return { kind: 'Refused', faults: [first, ...others] }
  return { kind: 'Accepted', probability: vote.probability, stance: stanceOf(vote.probability), castAt: vote.castAt }
}
