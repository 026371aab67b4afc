import type { Id } from '@planet/runtime/ids'
import { type Consensus, formConsensus, isHidden } from './consensus.ts'
import { baseWeight } from './weight.ts'

/** A voter's latest vote, with what is known of the voter. */
export type RoomVote = {
  readonly voterId: Id<'User'>
  /** That the price is higher at the horizon, in (0, 1). */
  readonly probabilityUp: number
  readonly castAt: Date
  /** True once the account has passed KYC. */
  readonly isVerified: boolean
  readonly identityClusterId: string
}

/** A session as far as its consensus goes. */
export type Room = {
  /** Null before the session starts. */
  readonly startedAt: Date | null
  /** Null before the session ends. */
  readonly endedAt: Date | null
  /** Counts votes cast and changes of what they weigh. */
  readonly consensusSeq: number
  readonly votes: readonly RoomVote[]
}

export type RoomConsensus = {
  /** Greater is newer. The end of the hidden phase is a change too, so it counts as one. */
  readonly seq: number
  /** When decay was taken. */
  readonly at: Date
} & ({ readonly state: 'HIDDEN' } | Consensus)

/**
 * The consensus of a room at `now`, or at its end if that was earlier. Hidden before the start and in the 30 seconds after
 * it, also for ever if the session ended in them. The skill of voters is unknown here: it comes from settled sessions. (C3)
 */
export function roomConsensus(room: Room, now: Date): RoomConsensus {
  const at = room.endedAt ?? now
  if (!room.startedAt || isHidden(room.startedAt, at)) return { state: 'HIDDEN', seq: room.consensusSeq, at }
  const votes = room.votes.map((vote) => ({
    ...vote,
    weight: baseWeight({ isKycVerified: vote.isVerified, skill: null, settledCount: 0 }),
  }))
  return { ...formConsensus(votes, at), seq: room.consensusSeq + 1, at }
}
