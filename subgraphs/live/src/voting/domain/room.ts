import { EXTREMISING_EXPONENT } from '../../sessions/domain/extremising.ts'
import type { Ballots } from './ballots.ts'
import { type Consensus, isHidden, poolBallots } from './consensus.ts'

/** A session as far as its consensus goes. */
export type Room = {
  /** Null before the session starts. */
  readonly startedAt: Date | null
  /** Null before the session ends. */
  readonly endedAt: Date | null
  /** Counts votes cast and changes of what they weigh. */
  readonly consensusSeq: number
  /** Null: the usual one. */
  readonly extremisingExponent: number | null
}

export type RoomConsensus = {
  /** Greater is newer. The end of the hidden phase is a change too, so it counts as one. */
  readonly seq: number
  /** When decay was taken. */
  readonly at: Date
} & ({ readonly state: 'HIDDEN'; readonly extremisingExponent: number } | Consensus)

/**
 * The consensus of a room at `now`, or at its end if that was earlier. Hidden before the start and in the 30 seconds after
 * it, also for ever if the session ended in them. (C3)
 */
export function roomConsensus(room: Room, ballots: Ballots, now: Date): RoomConsensus {
  const exponent = room.extremisingExponent ?? EXTREMISING_EXPONENT
  const at = room.endedAt ?? now
  const seq = room.consensusSeq
  if (!isShown(room, now)) return { state: 'HIDDEN', extremisingExponent: exponent, seq, at }
  return { ...poolBallots(ballots, at, exponent), seq: seq + 1, at }
}

/** Whether the hidden phase of the room is over at `now`. */
export const isShown = ({ startedAt, endedAt }: Pick<Room, 'startedAt' | 'endedAt'>, now: Date): boolean =>
  startedAt !== null && !isHidden(startedAt, endedAt ?? now)
