import type { SeatState } from './seat.ts'

const SEAT_WORD: Record<SeatState, string> = {
  REQUESTED: 'has asked for a seat already',
  INVITED: 'is invited',
  ON_STAGE: 'is on stage',
  LEFT: 'has left',
}

export const wrongSeatState = (state: SeatState | null) => ({
  __typename: 'WrongSeatState' as const,
  code: 'WRONG_SEAT_STATE',
  message: `The user ${state === null ? 'has no seat' : SEAT_WORD[state]}.`,
  state,
})

export const stageFull = (maxSeats: number) => ({
  __typename: 'StageFull' as const,
  code: 'STAGE_FULL',
  message: `The stage has ${maxSeats} seats, and all are taken.`,
  maxSeats,
})
