import type { LiveStatus, WrongLiveStatus } from './session.ts'
import { type Stance, stanceOf } from './stance.ts'

/** What a vote's acceptance depends on. */
export type VotingSession = {
  readonly status: LiveStatus
  /** Last moment at which votes count; null if voting stays open until the session ends. */
  readonly lockAt: Date | null
}

export type VoteRequest = {
  /** That the price is higher at the horizon. */
  readonly probabilityUp: number
  readonly castAt: Date
}

export type VoteFault =
  | { readonly kind: 'ProbabilityOutOfRange'; readonly probabilityUp: number }
  | WrongLiveStatus<'SCHEDULED' | 'ENDED'>
  | { readonly kind: 'VotingLocked'; readonly lockAt: Date }

export type VoteDecision =
  | { readonly kind: 'Accepted'; readonly probabilityUp: number; readonly stance: Stance; readonly castAt: Date }
  | { readonly kind: 'Refused'; readonly faults: readonly [VoteFault, ...VoteFault[]] }

/** Whether a vote counts; every fault is listed. The probability is strictly inside (0, 1); a vote at the lock still counts. */
export function decideVote(session: VotingSession, vote: VoteRequest): VoteDecision {
  const faults: VoteFault[] = []
  // Written so that NaN is refused too.
  if (!(vote.probabilityUp > 0 && vote.probabilityUp < 1)) {
    faults.push({ kind: 'ProbabilityOutOfRange', probabilityUp: vote.probabilityUp })
  }
  if (session.status !== 'LIVE') faults.push({ kind: 'WrongLiveStatus', status: session.status })
  if (session.lockAt !== null && vote.castAt > session.lockAt) faults.push({ kind: 'VotingLocked', lockAt: session.lockAt })

  const [first, ...others] = faults
  if (first) return { kind: 'Refused', faults: [first, ...others] }
  return { kind: 'Accepted', probabilityUp: vote.probabilityUp, stance: stanceOf(vote.probabilityUp), castAt: vote.castAt }
}
