/** Where a user is on the way to the stage; who has never asked or been asked has no seat. */
export type SeatState = 'REQUESTED' | 'INVITED' | 'ON_STAGE' | 'LEFT'

/** What a guest or the host may do about a seat. */
export type SeatStep = 'request' | 'invite' | 'accept' | 'leave'

export type SeatDecision =
  | { readonly kind: 'Moved'; readonly state: SeatState }
  /** `state` is where the seat is, null if there is none. */
  | { readonly kind: 'WrongSeatState'; readonly state: SeatState | null }
  | { readonly kind: 'StageFull' }

/** From which states a step may be taken, and to which it leads. */
const STEPS: Record<SeatStep, { readonly from: readonly (SeatState | null)[]; readonly to: SeatState }> = {
  request: { from: [null, 'LEFT'], to: 'REQUESTED' },
  invite: { from: [null, 'LEFT', 'REQUESTED'], to: 'INVITED' },
  accept: { from: ['INVITED'], to: 'ON_STAGE' },
  leave: { from: ['REQUESTED', 'INVITED', 'ON_STAGE'], to: 'LEFT' },
}

/** Whether a seat in `state` may take `step`. Only a step onto the stage needs room there; an invitation reserves none. */
export function decideSeat(
  state: SeatState | null,
  step: SeatStep,
  stage: { readonly onStageCount: number; readonly maxSeats: number },
): SeatDecision {
  const { from, to } = STEPS[step]
  if (!from.includes(state)) return { kind: 'WrongSeatState', state }
  if (to === 'ON_STAGE' && stage.onStageCount >= stage.maxSeats) return { kind: 'StageFull' }
  return { kind: 'Moved', state: to }
}
