import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { and, eq, inArray, ne, sql } from 'drizzle-orm'
import { liveSessions } from '../../sessions/db/tables.ts'
import type { SeatState } from '../domain/seat.ts'
import { seats, stages } from './tables.ts'

type SessionId = Id<'LiveSession'>

export type SeatRow = typeof seats.$inferSelect

/** Seats that a stage shows, at most. */
const MAX_SHOWN = 100

/** A session's stage as it is read in one snapshot. */
export type StageState = {
  readonly sessionId: SessionId
  readonly seq: number
  readonly maxSeats: number
  readonly requestCount: number
  readonly isOver: boolean
  /** On stage, then invited, then asked; each in the order of coming there. */
  readonly seats: readonly SeatRow[]
}

/** Locks the stage until commit, so that the maximum holds; its `seq` and who is on it. */
export async function lockStage(tx: Tx, sessionId: SessionId): Promise<{ readonly seq: number; readonly onStageCount: number }> {
  const [row] = await tx
    .insert(stages)
    .values({ sessionId })
    .onConflictDoUpdate({ target: stages.sessionId, set: { sessionId } })
    .returning()
  if (!row) throw new Error(`no stage of ${sessionId}`)
  const onStageCount = await tx.$count(seats, and(eq(seats.sessionId, sessionId), eq(seats.state, 'ON_STAGE')))
  return { seq: row.seq, onStageCount }
}

export async function findSeat(db: Db | Tx, sessionId: SessionId, userId: Id<'User'>): Promise<SeatRow | null> {
  const [row] = await db
    .select()
    .from(seats)
    .where(and(eq(seats.sessionId, sessionId), eq(seats.userId, userId)))
  return row ?? null
}

/** Which instant a state sets. */
const INSTANT = {
  REQUESTED: 'requestedAt',
  INVITED: 'invitedAt',
  ON_STAGE: 'onStageAt',
  LEFT: 'leftAt',
} as const satisfies Record<SeatState, keyof SeatRow>

/** Stores the seat in its new state as change `seq` of the stage. Lock the stage first. */
export async function moveSeat(
  tx: Tx,
  seat: { readonly sessionId: SessionId; readonly userId: Id<'User'>; readonly state: SeatState },
  seq: number,
  at: Date,
): Promise<SeatRow> {
  const change = { state: seat.state, [INSTANT[seat.state]]: at, changedSeq: seq }
  const [row] = await tx
    .insert(seats)
    .values({ ...seat, ...change })
    .onConflictDoUpdate({ target: [seats.sessionId, seats.userId], set: change })
    .returning()
  if (!row) throw new Error(`no seat of ${seat.userId}`)
  await tx.update(stages).set({ seq }).where(eq(stages.sessionId, seat.sessionId))
  return row
}

/** Everybody leaves at once, which is one change of the stage; who was on it. Lock the stage first. */
export async function clearStage(tx: Tx, sessionId: SessionId, seq: number, at: Date): Promise<Id<'User'>[]> {
  const onStage = await tx
    .select({ userId: seats.userId })
    .from(seats)
    .where(and(eq(seats.sessionId, sessionId), eq(seats.state, 'ON_STAGE')))
    .orderBy(seats.changedSeq)
  await tx
    .update(seats)
    .set({ state: 'LEFT', leftAt: at, changedSeq: seq })
    .where(and(eq(seats.sessionId, sessionId), ne(seats.state, 'LEFT')))
  await tx.update(stages).set({ seq }).where(eq(stages.sessionId, sessionId))
  return onStage.map((row) => row.userId)
}

/** Stages in the order of `sessionIds`; null where there is no such session. */
export async function findStages(db: Db | Tx, sessionIds: readonly SessionId[]): Promise<(StageState | null)[]> {
  // One statement, so that `seq` and the seats are of one snapshot.
  const shown = sql<SeatRow[]>`(
    select coalesce(json_agg(shown), '[]') from (
      select s.* from ${seats} s where s.session_id = ${liveSessions.id} and s.state <> 'LEFT'
      order by array_position(array['ON_STAGE', 'INVITED', 'REQUESTED'], s.state), s.changed_seq limit ${MAX_SHOWN}
    ) shown
  )`.mapWith((read: unknown) => (read as RawSeat[]).map(seatOf))
  const rows = await db
    .select({
      sessionId: liveSessions.id,
      status: liveSessions.status,
      maxSeats: liveSessions.maxSeats,
      seq: sql<number>`coalesce(${stages.seq}, 0)`.mapWith(Number),
      requestCount:
        sql<number>`(select count(*) from ${seats} s where s.session_id = ${liveSessions.id} and s.state = 'REQUESTED')`.mapWith(
          Number,
        ),
      seats: shown,
    })
    .from(liveSessions)
    .leftJoin(stages, eq(stages.sessionId, liveSessions.id))
    .where(inArray(liveSessions.id, [...sessionIds]))
  const byId = new Map(rows.map(({ status, ...stage }) => [stage.sessionId, { ...stage, isOver: status === 'ENDED' }]))
  return sessionIds.map((id) => byId.get(id) ?? null)
}

/** What `json_agg` makes of a seat's row. */
type RawSeat = {
  session_id: SessionId
  user_id: Id<'User'>
  state: SeatState
  requested_at: string | null
  invited_at: string | null
  on_stage_at: string | null
  left_at: string | null
  changed_seq: number
}

const instant = (text: string | null) => (text === null ? null : new Date(text))
const seatOf = (raw: RawSeat): SeatRow => ({
  sessionId: raw.session_id,
  userId: raw.user_id,
  state: raw.state,
  requestedAt: instant(raw.requested_at),
  invitedAt: instant(raw.invited_at),
  onStageAt: instant(raw.on_stage_at),
  leftAt: instant(raw.left_at),
  changedSeq: raw.changed_seq,
})
