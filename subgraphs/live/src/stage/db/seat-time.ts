import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { holdsAt } from '@planet/runtime/interval'
import { and, eq, gt, isNull, sql } from 'drizzle-orm'
import type { UserPage } from '../../user-page.ts'
import type { SeatReason, SeatState } from '../domain/seat.ts'
import { seatTimes } from './tables.ts'

type SessionId = Id<'LiveSession'>

export type SeatTimeRow = typeof seatTimes.$inferSelect

/** Of a session, those that last. */
const lasting = (sessionId: SessionId) => and(eq(seatTimes.sessionId, sessionId), isNull(seatTimes.until))

/** Ends what lasted: not before it began, should a clock be behind. */
const ending = (at: Date, reason: SeatReason) => ({
  until: sql`greatest(${seatTimes.from}, ${at.toISOString()}::timestamptz)`,
  reason,
})

/** A user is in another state from change `seq` of the stage on. Lock the stage first. */
export async function changeSeatTime(
  tx: Tx,
  seat: { readonly sessionId: SessionId; readonly userId: Id<'User'>; readonly state: SeatState },
  { seq, at, reason }: { readonly seq: number; readonly at: Date; readonly reason: SeatReason },
): Promise<void> {
  const { sessionId, userId, state } = seat
  const [ended] = await tx
    .update(seatTimes)
    .set(ending(at, reason))
    .where(and(lasting(sessionId), eq(seatTimes.userId, userId)))
    .returning()
  if (state !== 'LEFT') await tx.insert(seatTimes).values({ sessionId, userId, seq, state, from: ended?.until ?? at })
}

/** Nobody is on the stage or on the way there any more. Lock the stage first. */
export async function endSeatTimes(tx: Tx, sessionId: SessionId, at: Date): Promise<SeatTimeRow[]> {
  return tx.update(seatTimes).set(ending(at, 'SESSION_ENDED')).where(lasting(sessionId)).returning()
}

/** Who was on the stage of the session at `at`, or on the way there. */
export function findSeatsAt(db: Db | Tx, sessionId: SessionId, at: Date, page: UserPage): Promise<SeatTimeRow[]> {
  const { afterUserId, limit } = page
  return db
    .select()
    .from(seatTimes)
    .where(
      and(
        eq(seatTimes.sessionId, sessionId),
        holdsAt(seatTimes, at),
        afterUserId === null ? undefined : gt(seatTimes.userId, afterUserId),
      ),
    )
    .orderBy(seatTimes.userId)
    .limit(limit)
}
