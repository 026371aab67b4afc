import type { Id } from '@planet/runtime/ids'
import type { LiveStatus, WrongLiveStatus } from '../../sessions/domain/session.ts'
import { type Stance, stanceOf } from './stance.ts'

/** A voter's latest vote on one question. */
export type Vote = {
  readonly voterId: Id<'User'>
  /** Accounts of one person share it; see `clusterIdentities`. */
  readonly identityClusterId: string
  /** That the price is higher at the horizon, in (0, 1). */
  readonly probabilityUp: number
  /** See `baseWeight`. Greater than 0. */
  readonly weight: number
  readonly castAt: Date
}

/** What a vote's acceptance depends on. */
export type VotingSession = {
  readonly status: LiveStatus
  /** Since when votes are refused, because a prediction is locked; null while they are taken. */
  readonly votingLockedAt: Date | null
}

export type VoteRequest = {
  /** That the price is higher at the horizon. */
  readonly probabilityUp: number
  readonly castAt: Date
  /** The host has banned the voter from the session. */
  readonly isBanned: boolean
}

export type VoteFault =
  | { readonly kind: 'ProbabilityOutOfRange'; readonly probabilityUp: number }
  | WrongLiveStatus<'SCHEDULED' | 'ENDED'>
  | { readonly kind: 'BannedFromSession' }
  | { readonly kind: 'VotingLocked'; readonly lockedAt: Date }

export type VoteDecision =
  | { readonly kind: 'Accepted'; readonly probabilityUp: number; readonly stance: Stance; readonly castAt: Date }
  | { readonly kind: 'Refused'; readonly faults: readonly [VoteFault, ...VoteFault[]] }

/** Strictly inside (0, 1); NaN is not. */
export const isProbability = (value: number): boolean => value > 0 && value < 1

/**
 * Whether a vote counts; every fault is listed. `session` is as it stands when the vote is counted, so a lock that is
 * there came before it.
 */
export function decideVote(session: VotingSession, vote: VoteRequest): VoteDecision {
  const { status, votingLockedAt } = session
  const faults: VoteFault[] = []
  if (!isProbability(vote.probabilityUp)) faults.push({ kind: 'ProbabilityOutOfRange', probabilityUp: vote.probabilityUp })
  if (status !== 'LIVE') faults.push({ kind: 'WrongLiveStatus', status })
  if (vote.isBanned) faults.push({ kind: 'BannedFromSession' })
  if (votingLockedAt !== null) faults.push({ kind: 'VotingLocked', lockedAt: votingLockedAt })

  const [first, ...others] = faults
  if (first) return { kind: 'Refused', faults: [first, ...others] }
  return { kind: 'Accepted', probabilityUp: vote.probabilityUp, stance: stanceOf(vote.probabilityUp), castAt: vote.castAt }
}
