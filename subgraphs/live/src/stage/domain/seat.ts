/** Where a user is on the way to the stage; who has never asked or been asked has no seat. */
export type SeatState = 'REQUESTED' | 'INVITED' | 'ON_STAGE' | 'LEFT'

/** What a guest, the host or a ban may do about a seat. */
export type SeatStep = 'request' | 'invite' | 'accept' | 'leave' | 'remove' | 'ban'

/** How a user came into a state of a seat. */
export type SeatReason = 'REQUESTED' | 'INVITED' | 'ACCEPTED' | 'LEFT' | 'REMOVED' | 'BANNED' | 'SESSION_ENDED'

export type SeatDecision =
  | { readonly kind: 'Moved'; readonly state: SeatState; readonly reason: SeatReason }
  /** `state` is where the seat is, null if there is none. */
  | { readonly kind: 'WrongSeatState'; readonly state: SeatState | null }
  | { readonly kind: 'StageFull' }

const ANY = ['REQUESTED', 'INVITED', 'ON_STAGE'] as const

/** From which states a step may be taken, to which it leads, and what is told of it. */
const STEPS: Record<
  SeatStep,
  { readonly from: readonly (SeatState | null)[]; readonly to: SeatState; readonly reason: SeatReason }
> = {
  request: { from: [null, 'LEFT'], to: 'REQUESTED', reason: 'REQUESTED' },
  invite: { from: [null, 'LEFT', 'REQUESTED'], to: 'INVITED', reason: 'INVITED' },
  accept: { from: ['INVITED'], to: 'ON_STAGE', reason: 'ACCEPTED' },
  leave: { from: ANY, to: 'LEFT', reason: 'LEFT' },
  remove: { from: ANY, to: 'LEFT', reason: 'REMOVED' },
  ban: { from: ANY, to: 'LEFT', reason: 'BANNED' },
}

/** Whether a seat in `state` may take `step`. Only a step onto the stage needs room there; an invitation reserves none. */
export function decideSeat(
  state: SeatState | null,
  step: SeatStep,
  stage: { readonly onStageCount: number; readonly maxSeats: number },
): SeatDecision {
  const { from, to, reason } = STEPS[step]
  if (!from.includes(state)) return { kind: 'WrongSeatState', state }
  if (to === 'ON_STAGE' && stage.onStageCount >= stage.maxSeats) return { kind: 'StageFull' }
  return { kind: 'Moved', state: to, reason }
}
