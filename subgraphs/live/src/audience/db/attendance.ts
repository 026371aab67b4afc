import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { and, eq, max, sql } from 'drizzle-orm'
import { liveSessions } from '../../sessions/db/tables.ts'
import type { UserPage } from '../../user-page.ts'
import { type Attendance, WATCHING_MS } from '../domain/attendance.ts'
import { attendances, presences } from './tables.ts'

type SessionId = Id<'LiveSession'>
type UserId = Id<'User'>

export type UserAttendance = Attendance & { readonly userId: UserId }

/** One statement for all. */
export async function insertAttendances(tx: Tx, sessionId: SessionId, over: readonly UserAttendance[]): Promise<void> {
  await tx.execute(sql`
    insert into ${attendances} (session_id, user_id, from_at, until_at, reason)
    select ${sessionId}::uuid, a.* from unnest(
      ${sql.param(over.map((one) => one.userId))}::uuid[], ${sql.param(over.map((one) => one.from.toISOString()))}::timestamptz[],
      ${sql.param(over.map((one) => one.until.toISOString()))}::timestamptz[], ${sql.param(over.map((one) => one.reason))}::text[]
    ) a`)
}

/** When the latest attendance of the session ended, of those of `userIds` who have one. */
export async function findAttendanceEnds(tx: Tx, sessionId: SessionId, userIds: readonly UserId[]): Promise<Map<UserId, Date>> {
  if (userIds.length === 0) return new Map()
  const rows = await tx
    .select({ userId: attendances.userId, until: max(attendances.until) })
    .from(attendances)
    .where(and(eq(attendances.sessionId, sessionId), sql`${attendances.userId} = any(${sql.param([...userIds])}::uuid[])`))
    .groupBy(attendances.userId)
  return new Map(rows.flatMap(({ userId, until }) => (until ? [[userId, until]] : [])))
}

/** `until` and `reason` are null while it lasts. */
export type Attendee = {
  readonly userId: UserId
  readonly from: Date
  readonly until: Date | null
  readonly reason: Attendance['reason'] | null
}

/**
 * Who watched the session at `at`, by the platform's time; signed-in users alone are known. What was told to some process in
 * the two seconds before this call may not be stored yet.
 */
export async function findAttendeesAt(db: Db | Tx, sessionId: SessionId, at: Date, page: UserPage): Promise<Attendee[]> {
  const instant = sql`${at.toISOString()}::timestamptz`
  const rows = await db.execute<{ user_id: UserId; from_at: string; until_at: string | null; reason: Attendee['reason'] }>(sql`
    select user_id, from_at, until_at, reason from (
      select a.user_id, a.from_at, a.until_at, a.reason from ${attendances} a
      where a.session_id = ${sessionId}::uuid and a.from_at <= ${instant} and a.until_at > ${instant}
      union all
      select p.user_id, p.first_at, null, null from ${presences} p
      join ${liveSessions} s on s.id = p.session_id and (s.ended_at is null or s.ended_at > ${instant})
      where p.session_id = ${sessionId}::uuid and p.first_at <= ${instant}
        and p.last_at > ${instant} - ${WATCHING_MS} * interval '1 millisecond'
    ) attendee
    where ${page.afterUserId === null ? sql`true` : sql`user_id > ${page.afterUserId}::uuid`}
    order by user_id limit ${page.limit}`)
  return rows.map((row) => ({
    userId: row.user_id,
    from: new Date(row.from_at),
    until: row.until_at === null ? null : new Date(row.until_at),
    reason: row.reason,
  }))
}
