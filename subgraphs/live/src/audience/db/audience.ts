import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { eq, inArray, sql } from 'drizzle-orm'
import { liveSessions } from '../../sessions/db/tables.ts'
import { audiences, presences } from './tables.ts'

type SessionId = Id<'LiveSession'>
type AudienceRow = typeof audiences.$inferSelect

export type AudienceState = {
  readonly sessionId: SessionId
  readonly seq: number
  readonly viewerCount: number
  readonly peakViewerCount: number
  readonly isOver: boolean
}

/** Sessions that anybody was seen in or that count somebody. */
export async function findWatched(db: Db | Tx): Promise<SessionId[]> {
  const rows = await db.execute<{ id: SessionId }>(sql`
    select session_id as id from ${presences} group by 1
    union select session_id from ${audiences} where viewer_count > 0`)
  return rows.map((row) => row.id)
}

/** Locks the audience until commit: it is kept by one process at a time, and not while its session ends. Gives it as last counted. */
export async function lockAudience(tx: Tx, sessionId: SessionId): Promise<AudienceRow> {
  const [known] = await tx
    .insert(audiences)
    .values({ sessionId })
    .onConflictDoUpdate({ target: audiences.sessionId, set: { sessionId } })
    .returning()
  if (!known) throw new Error(`no audience of ${sessionId}`)
  return known
}

/** Counts who watches; the count if it differs from the last one. Lock the audience first. */
export async function countAudience(tx: Tx, known: AudienceRow): Promise<number | null> {
  const { sessionId } = known
  const viewerCount = await tx.$count(presences, eq(presences.sessionId, sessionId))
  if (known.viewerCount === viewerCount) return null
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
