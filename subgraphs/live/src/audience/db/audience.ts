import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { eq, inArray, sql } from 'drizzle-orm'
import { liveSessions } from '../../sessions/db/tables.ts'
import { audiences, presences } from './tables.ts'

type SessionId = Id<'LiveSession'>

/** A sign of life of a viewer. */
export type Sighting = { readonly sessionId: SessionId; readonly userId: Id<'User'>; readonly at: Date }

export type AudienceState = {
  readonly sessionId: SessionId
  readonly seq: number
  readonly viewerCount: number
  readonly peakViewerCount: number
  readonly isOver: boolean
}

/** One statement for all; sightings in sessions that are not live any more are forgotten. */
export async function insertSightings(db: Db | Tx, sightings: readonly Sighting[]): Promise<void> {
  const seen = sql`unnest(
    ${sql.param(sightings.map((one) => one.sessionId))}::uuid[], ${sql.param(sightings.map((one) => one.userId))}::uuid[],
    ${sql.param(sightings.map((one) => one.at.toISOString()))}::timestamptz[]
  ) seen(session_id, user_id, at)`
  await db.execute(sql`
    insert into ${presences} (session_id, user_id, last_seen_at)
    select seen.session_id, seen.user_id, seen.at from ${seen}
    join ${liveSessions} s on s.id = seen.session_id and s.status = 'LIVE'
    order by seen.session_id, seen.user_id
    on conflict (session_id, user_id)
    do update set last_seen_at = greatest(${presences}.last_seen_at, excluded.last_seen_at)`)
}

/** Sessions that anybody was seen in or that count somebody. */
export async function findWatched(db: Db | Tx): Promise<SessionId[]> {
  const rows = await db.execute<{ id: SessionId }>(sql`
    select session_id as id from ${presences} group by 1
    union select session_id from ${audiences} where viewer_count > 0`)
  return rows.map((row) => row.id)
}

/**
 * Counts who was seen in the session after `since` and forgets the others; the count if it differs from the last one. Waits
 * for a replica that counts the same session.
 */
export async function countAudience(tx: Tx, sessionId: SessionId, since: Date): Promise<number | null> {
  const [known] = await tx
    .insert(audiences)
    .values({ sessionId })
    .onConflictDoUpdate({ target: audiences.sessionId, set: { sessionId } })
    .returning()
  await tx.execute(sql`
    delete from ${presences} p using ${liveSessions} s
    where p.session_id = ${sessionId} and s.id = p.session_id
      and (p.last_seen_at <= ${since.toISOString()}::timestamptz or s.status <> 'LIVE')`)
  const viewerCount = await tx.$count(presences, eq(presences.sessionId, sessionId))
  if (!known || known.viewerCount === viewerCount) return null
  const peakViewerCount = Math.max(known.peakViewerCount, viewerCount)
  await tx
    .update(audiences)
    .set({ seq: known.seq + 1, viewerCount, peakViewerCount })
    .where(eq(audiences.sessionId, sessionId))
  return viewerCount
}

/** Sets the count to 0, which is a change of it. */
export async function emptyAudience(tx: Tx, sessionId: SessionId): Promise<void> {
  await tx
    .insert(audiences)
    .values({ sessionId, seq: 1 })
    .onConflictDoUpdate({ target: audiences.sessionId, set: { seq: sql`${audiences.seq} + 1`, viewerCount: 0 } })
}

/** Audiences in the order of `sessionIds`; null where there is no such session. Made for a loader. */
export async function findAudiences(db: Db | Tx, sessionIds: readonly SessionId[]): Promise<(AudienceState | null)[]> {
  const rows = await db
    .select({
      sessionId: liveSessions.id,
      status: liveSessions.status,
      seq: audiences.seq,
      viewerCount: audiences.viewerCount,
      peakViewerCount: audiences.peakViewerCount,
    })
    .from(liveSessions)
    .leftJoin(audiences, eq(audiences.sessionId, liveSessions.id))
    .where(inArray(liveSessions.id, [...sessionIds]))
  const byId = new Map(rows.map((row) => [row.sessionId, row]))
  return sessionIds.map((sessionId) => {
    const row = byId.get(sessionId)
    if (!row) return null
    const { status, seq, viewerCount, peakViewerCount } = row
    return {
      sessionId,
      seq: seq ?? 0,
      viewerCount: viewerCount ?? 0,
      peakViewerCount: peakViewerCount ?? 0,
      isOver: status === 'ENDED',
    }
  })
}
