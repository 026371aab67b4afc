import type { Tx } from '@planet/runtime/database'
import { emit } from '@planet/runtime/event-log/append'
import { SeatsChanged, StageChanged } from '@planet/runtime/events/live'
import type { Id } from '@planet/runtime/ids'
import { findRoom, type Room } from '../sessions/db/room.ts'
import { wrongLiveStatus } from '../sessions/domain/refusals.ts'
import { recordMoment } from '../sessions/events.ts'
import { changeSeatTime, endSeatTimes } from './db/seat-time.ts'
import { clearStage, findSeat, findStages, lockStage, moveSeat, type SeatRow, type StageState } from './db/stage.ts'
import { stageFull, wrongSeatState } from './domain/refusals.ts'
import { decideSeat, type SeatStep } from './domain/seat.ts'

/** Seats that are told of in one event. */
const MAX_TOLD = 500

/** A seat as it is now, on the stage as it is now. */
export type SeatOnStage = { readonly seat: SeatRow; readonly stage: StageState }

/** Only a step onto the stage can find it full. */
type SeatRefusal<Step> =
  | ReturnType<typeof wrongLiveStatus | typeof wrongSeatState>
  | (Step extends 'accept' ? ReturnType<typeof stageFull> : never)

/** A room whose stage is locked until commit. */
export type StagedRoom = Room & { readonly stage: Awaited<ReturnType<typeof lockStage>> }

/** The room of a session as one user finds it once its stage is locked, which its end and a ban do too; null if there is none. */
export async function lockStagedRoom(tx: Tx, sessionId: Id<'LiveSession'>, userId: Id<'User'>): Promise<StagedRoom | null> {
  const stage = await lockStage(tx, sessionId)
  const room = await findRoom(tx, sessionId, userId)
  return room && { ...room, stage }
}

/** Takes `step` with the guest's seat, or says why not. */
export async function changeSeat<Step extends SeatStep>(
  tx: Tx,
  { session, stage }: StagedRoom,
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
      const { state, reason } = decision
      const seq = stage.seq + 1
      const moved = { sessionId, userId: guestId, state }
      await moveSeat(tx, moved, seq, now)
      await changeSeatTime(tx, moved, { seq, at: now, reason })
      if (state === 'ON_STAGE') await recordMoment(tx, { sessionId, kind: 'GUEST_JOINED', at: now, userId: guestId })
      if (seat?.state === 'ON_STAGE') await recordMoment(tx, { sessionId, kind: 'GUEST_LEFT', at: now, userId: guestId })
      await emit(tx, SeatsChanged, now, { sessionId, at: now, seats: [{ userId: guestId, state, reason }] })
      await emit(tx, StageChanged, now, { sessionId, userId: guestId, seq })
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

/** Who is banned gives up whatever seat they have. Waits for whoever is changing the stage. */
export async function takeOffStage(tx: Tx, sessionId: Id<'LiveSession'>, userId: Id<'User'>, clock: () => Date): Promise<void> {
  const room = await lockStagedRoom(tx, sessionId, userId)
  // Refused if there is nothing to leave.
  if (room) await changeSeat(tx, room, userId, 'ban', clock())
}

/** Nobody is on stage or on the way there in a session that has ended. Waits for whoever is changing the stage. */
export async function emptyStage(tx: Tx, sessionId: Id<'LiveSession'>, now: Date): Promise<void> {
  const seq = (await lockStage(tx, sessionId)).seq + 1
  for (const userId of await clearStage(tx, sessionId, seq, now)) {
    await recordMoment(tx, { sessionId, kind: 'GUEST_LEFT', at: now, userId })
  }
  const ended = await endSeatTimes(tx, sessionId, now)
  for (let i = 0; i < ended.length; i += MAX_TOLD) {
    const seats = ended.slice(i, i + MAX_TOLD).map(({ userId }) => ({ userId, state: 'LEFT', reason: 'SESSION_ENDED' }) as const)
    await emit(tx, SeatsChanged, now, { sessionId, at: now, seats })
  }
  await emit(tx, StageChanged, now, { sessionId, userId: null, seq })
}
