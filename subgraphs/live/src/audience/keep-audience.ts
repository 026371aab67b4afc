import type { Tx } from '@planet/runtime/database'
import { emit } from '@planet/runtime/event-log/append'
import { AttendanceEnded, ViewersCounted } from '@planet/runtime/events/live'
import type { Id } from '@planet/runtime/ids'
import { findSessions, type LiveSessionRow } from '../sessions/db/live-session.ts'
import { findAttendanceEnds, insertAttendances, type UserAttendance } from './db/attendance.ts'
import { countAudience, lockAudience } from './db/audience.ts'
import { findPresences, putPresences, takePresences } from './db/presence.ts'
import { attendanceOf, followViewer, isGoingOn, WATCHING_MS, type Watch } from './domain/attendance.ts'

type UserId = Id<'User'>

/** Signs of life of each viewer of one session. */
export type Seen = ReadonlyMap<UserId, readonly Watch[]>

/** Attendances that are told in one event. */
const MAX_TOLD = 500

/**
 * Stores the signs of life of a session's viewers, keeps the attendances that are over, at most `limit` of those who do not
 * watch any more, and counts who does. True if more of them are there: then nothing is counted yet.
 */
export async function keepAudience(
  tx: Tx,
  sessionId: Id<'LiveSession'>,
  seen: Seen,
  { machineNow, now, limit }: { readonly machineNow: Date; readonly now: Date; readonly limit: number },
): Promise<boolean> {
  const known = await lockAudience(tx, sessionId)
  // After the lock, which the end of the session waits for too.
  const [session] = await findSessions(tx, [sessionId])
  if (!session) return false
  const back = await followViewers(tx, session, seen)
  const goneAt = session.endedAt ? null : new Date(machineNow.getTime() - WATCHING_MS)
  const gone = await takePresences(tx, sessionId, goneAt, limit)
  const over = gone.flatMap(({ userId, watch }): UserAttendance[] => {
    const attendance = attendanceOf(watch, { noticedAt: now, sessionEndedAt: session.endedAt })
    return attendance ? [{ userId, ...attendance }] : []
  })
  await endAttendances(tx, sessionId, [...back, ...over], now)
  if (gone.length === limit) return true
  // The end of a session has set the count already.
  const viewerCount = session.endedAt ? null : await countAudience(tx, known)
  if (viewerCount !== null) await emit(tx, ViewersCounted, now, { sessionId, viewerCount })
  return false
}

/** Stores what the viewers' signs of life say; the attendances that are over because a viewer was away too long and came back. */
async function followViewers(tx: Tx, { id: sessionId, endedAt }: LiveSessionRow, seen: Seen): Promise<UserAttendance[]> {
  if (seen.size === 0) return []
  const known = await findPresences(tx, sessionId, [...seen.keys()])
  const others = [...seen].flatMap(([userId, watches]) => (isGoingOn(known.get(userId), watches) ? [] : [userId]))
  const ends = await findAttendanceEnds(tx, sessionId, others)
  const watches = new Map<UserId, Watch>()
  const over: UserAttendance[] = []
  for (const [userId, told] of seen) {
    // A process may believe for two seconds that a session lasts which is over.
    const inTime = endedAt ? told.filter(({ last }) => last.at < endedAt) : told
    const followed = followViewer(known.get(userId) ?? null, inTime, ends.get(userId) ?? null)
    if (followed.watch) watches.set(userId, followed.watch)
    over.push(...followed.over.map((attendance) => ({ userId, ...attendance })))
  }
  await putPresences(tx, sessionId, watches)
  return over
}

/** Tells of each attendance that is over, and keeps it. */
async function endAttendances(tx: Tx, sessionId: Id<'LiveSession'>, over: readonly UserAttendance[], now: Date): Promise<void> {
  if (over.length === 0) return
  await insertAttendances(tx, sessionId, over)
  for (let i = 0; i < over.length; i += MAX_TOLD) {
    await emit(tx, AttendanceEnded, now, { sessionId, attendances: over.slice(i, i + MAX_TOLD) })
  }
}
