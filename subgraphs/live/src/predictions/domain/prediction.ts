import { EXTREMISING_EXPONENT } from '../../sessions/domain/extremising.ts'
import type { LiveStatus, WrongLiveStatus } from '../../sessions/domain/session.ts'
import { sigmoid } from '../../voting/domain/pool.ts'
import { brierScore } from '../../voting/domain/record.ts'
import type { RoomConsensus } from '../../voting/domain/room.ts'
import { isProbability } from '../../voting/domain/vote.ts'

/** `LOCKED`: waits for the market. `SETTLED`: judged. `VOID`: the market gave no prices to judge it by. */
export type PredictionState = 'LOCKED' | 'SETTLED' | 'VOID'

/** The price at the horizon was higher, or it was not: an equal one is not higher. */
export type PredictionOutcome = 'UP' | 'NOT_UP'

/** A consensus with figures, as it is frozen. */
export type FormedConsensus = RoomConsensus & { readonly state: 'FORMED' }

export type LockDecision =
  | { readonly kind: 'Locked'; readonly consensus: FormedConsensus; readonly horizonAt: Date }
  | { readonly kind: 'ProbabilityOutOfRange' }
  | WrongLiveStatus<'SCHEDULED' | 'ENDED'>
  | { readonly kind: 'VotingLocked'; readonly lockedAt: Date }
  | { readonly kind: 'ConsensusNotFormed'; readonly state: 'HIDDEN' | 'INSUFFICIENT' }

/**
 * Whether the consensus of a session may be locked at `now`, to be judged `voteHorizonMs` later. Only a formed one: the
 * figures of the hidden phase would anchor nobody, and those of two people are no crowd's.
 */
export function decideLock(
  session: { readonly status: LiveStatus; readonly votingLockedAt: Date | null; readonly voteHorizonMs: number },
  consensus: RoomConsensus,
  hostProbabilityUp: number | null,
  now: Date,
): LockDecision {
  const { status, votingLockedAt, voteHorizonMs } = session
  if (hostProbabilityUp !== null && !isProbability(hostProbabilityUp)) return { kind: 'ProbabilityOutOfRange' }
  if (status !== 'LIVE') return { kind: 'WrongLiveStatus', status }
  if (votingLockedAt) return { kind: 'VotingLocked', lockedAt: votingLockedAt }
  if (consensus.state !== 'FORMED') return { kind: 'ConsensusNotFormed', state: consensus.state }
  return { kind: 'Locked', consensus, horizonAt: new Date(now.getTime() + voteHorizonMs) }
}

/** Brier scores, 0 best, 1 worst. */
export type Judgement = {
  /** Of what was published. */
  readonly crowdBrier: number
  /** Of the pool without and with the usual extremising, whatever was published, so that the two can be compared. */
  readonly pooledBrier: number
  readonly extremisedBrier: number
  /** Null if the host gave no probability. */
  readonly hostBrier: number | null
}

/** How a locked consensus and its host did. */
export function judge(
  prediction: {
    readonly consensus: { readonly probabilityUp: number; readonly logOdds: number }
    readonly hostProbabilityUp: number | null
  },
  isUp: boolean,
): Judgement {
  const { consensus, hostProbabilityUp } = prediction
  return {
    crowdBrier: brierScore(consensus.probabilityUp, isUp),
    pooledBrier: brierScore(sigmoid(consensus.logOdds), isUp),
    extremisedBrier: brierScore(sigmoid(EXTREMISING_EXPONENT * consensus.logOdds), isUp),
    hostBrier: hostProbabilityUp === null ? null : brierScore(hostProbabilityUp, isUp),
  }
}
