import type { Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import type { LiveSessionRow } from './db/live-session.ts'
import { recordMoment } from './db/moment.ts'
import { findSeat, findStages, lockStage, moveSeat, type SeatRow, type StageState } from './db/stage.ts'
import { stageFull, wrongLiveStatus, wrongSeatState } from './domain/refusals.ts'
import { decideSeat, type SeatStep } from './domain/seat.ts'
import { emitStageChanged } from './events.ts'

/** A seat as it is now, on the stage as it is now. */
export type SeatOnStage = { readonly seat: SeatRow; readonly stage: StageState }

/** Only a step onto the stage can find it full. */
type SeatRefusal<Step> =
  | ReturnType<typeof wrongLiveStatus | typeof wrongSeatState>
  | (Step extends 'accept' ? ReturnType<typeof stageFull> : never)

/** Takes `step` with the guest's seat, or says why not. Lock the stage before reading the session. */
export async function changeSeat<Step extends SeatStep>(
  tx: Tx,
  { session, stage }: { readonly session: LiveSessionRow; readonly stage: Awaited<ReturnType<typeof lockStage>> },
  guestId: Id<'User'>,
  step: Step,
  now: Date,
): Promise<SeatOnStage | SeatRefusal<Step>> {
  const { id: sessionId, status, maxSeats } = session
  if (status === 'ENDED') return wrongLiveStatus(status)
  const seat = await findSeat(tx, sessionId, guestId)
  const decision = decideSeat(seat?.state ?? null, step, { onStageCount: stage.onStageCount, maxSeats })
  switch (decision.kind) {
    case 'WrongSeatState':
      return wrongSeatState(decision.state)
    case 'StageFull':
      // `decideSeat` says so of no other step than `accept`.
      return stageFull(maxSeats) as SeatRefusal<Step>
    case 'Moved': {
      const { state } = decision
      const seq = stage.seq + 1
      await moveSeat(tx, { sessionId, userId: guestId, state }, seq, now)
      if (state === 'ON_STAGE') await recordMoment(tx, { sessionId, kind: 'GUEST_JOINED', at: now, userId: guestId })
      if (seat?.state === 'ON_STAGE') await recordMoment(tx, { sessionId, kind: 'GUEST_LEFT', at: now, userId: guestId })
      await emitStageChanged(tx, now, { sessionId, userId: guestId, seq })
      return readSeat(tx, sessionId, guestId)
    }
    default:
      decision satisfies never
      throw new Error('unreachable')
  }
}

export async function readSeat(tx: Tx, sessionId: Id<'LiveSession'>, guestId: Id<'User'>): Promise<SeatOnStage> {
  const seat = await findSeat(tx, sessionId, guestId)
  const [stage] = await findStages(tx, [sessionId])
  if (!seat || !stage) throw new Error(`no seat of ${guestId} in ${sessionId}`)
  return { seat, stage }
}
