import { type Page, parseNumberKey } from '@planet/runtime/connection'
import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { sql } from 'drizzle-orm'
import { liveSessions } from '../../sessions/db/tables.ts'
import type { RoomConsensus } from '../domain/room.ts'
import { consensusSnapshots } from './tables.ts'

export type SnapshotRow = typeof consensusSnapshots.$inferSelect

const BUCKET_MS = 10_000

/**
 * Live sessions, started by `shownFrom`, whose consensus has changed since their latest snapshot, and that have none in
 * the bucket of `now`.
 */
export async function findSessionsToSnapshot(
  db: Db | Tx,
  now: Date,
  shownFrom: Date,
  limit: number,
): Promise<Id<'LiveSession'>[]> {
  const rows = await db.execute<{ id: Id<'LiveSession'> }>(sql`
    select s.id from ${liveSessions} s
    left join lateral (
      select past.bucket, past.seq from ${consensusSnapshots} past where past.session_id = s.id order by past.bucket desc limit 1
    ) latest on true
    where s.status = 'LIVE' and s.started_at <= ${shownFrom.toISOString()}::timestamptz
      and (latest.bucket is null or (latest.bucket < ${bucketOf(now)}::bigint and latest.seq <= s.consensus_seq))
    limit ${limit}::int`)
  return rows.map((row) => row.id)
}

/** Writes a shown consensus down, unless its bucket has a snapshot already; true if this call has. */
export async function insertSnapshotOnce(
  db: Db | Tx,
  sessionId: Id<'LiveSession'>,
  { seq, at, ...consensus }: RoomConsensus & { readonly state: 'FORMED' | 'INSUFFICIENT' },
): Promise<boolean> {
  const inserted = await db
    .insert(consensusSnapshots)
    .values({ sessionId, bucket: bucketOf(at), seq, at, probabilityUp: consensus.probabilityUp, consensus })
    .onConflictDoNothing()
    .returning({ seq: consensusSnapshots.seq })
  return inserted.length > 0
}

export const snapshotKey = (row: SnapshotRow): string => String(row.bucket)

/** For each of `sessionIds` its snapshots, latest first. One statement for all. */
export async function findPagesOfSnapshots(
  db: Db | Tx,
  sessionIds: readonly Id<'LiveSession'>[],
  page: Page,
): Promise<Map<Id<'LiveSession'>, SnapshotRow[]>> {
  const before = page.after === null ? sql`true` : sql`c.bucket < ${parseNumberKey(page.after)}::bigint`
  const keys = sql`
    select page.session_id, page.bucket from unnest(${sql.param([...sessionIds])}::uuid[]) as parent(id)
    cross join lateral (
      select c.session_id, c.bucket from ${consensusSnapshots} c where c.session_id = parent.id and ${before}
      order by c.bucket desc limit ${page.limit}
    ) page`
  const rows = await db
    .select()
    .from(consensusSnapshots)
    .where(sql`(${consensusSnapshots.sessionId}, ${consensusSnapshots.bucket}) in (${keys})`)
    .orderBy(sql`${consensusSnapshots.bucket} desc`)
  const bySession = Map.groupBy(rows, (row) => row.sessionId)
  return new Map(sessionIds.map((id) => [id, bySession.get(id) ?? []]))
}

/** A moment of a session. */
export type Moment = { readonly sessionId: Id<'LiveSession'>; readonly at: Date }

/** `probabilityUp` of the latest snapshot at each moment, in their order; null if there was none or it had no figure. */
export async function findProbabilitiesAt(db: Db | Tx, moments: readonly Moment[]): Promise<(number | null)[]> {
  const rows = await db.execute<{ probability_up: number | null }>(sql`
    select (
      select past.probability_up from ${consensusSnapshots} past
      where past.session_id = asked.session_id and past.at <= asked.at order by past.bucket desc limit 1
    ) from unnest(
      ${sql.param(moments.map(({ sessionId }) => sessionId))}::uuid[], ${sql.param(moments.map(({ at }) => at.toISOString()))}::timestamptz[]
    ) with ordinality asked(session_id, at, place) order by asked.place`)
  return rows.map((row) => row.probability_up)
}

const bucketOf = (at: Date): number => Math.floor(at.getTime() / BUCKET_MS)
