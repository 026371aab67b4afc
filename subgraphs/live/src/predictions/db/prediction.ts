import { instantKey, type Page, parseInstantKey } from '@planet/runtime/connection'
import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { and, eq, inArray, sql } from 'drizzle-orm'
import { votes } from '../../voting/db/tables.ts'
import { predictions, predictionVotes } from './tables.ts'

export type PredictionRow = typeof predictions.$inferSelect
type PredictionId = Id<'Prediction'>

/**
 * Stores a locked prediction with the votes of its session as they stand. A vote is scored if it was cast since the
 * session's lock before this one, and if its voter has no scored vote on the same market that was still open at the lock:
 * so a record counts separate events, however often a host locks. Lock the session first.
 */
export async function insertPrediction(tx: Tx, row: PredictionRow): Promise<void> {
  const lockedAt = sql`${row.lockedAt.toISOString()}::timestamptz`
  await tx.execute(sql`
    with before as (
      select max(p.locked_at) as locked_at from ${predictions} p where p.session_id = ${row.sessionId}::uuid
    )
    insert into ${predictionVotes} (prediction_id, user_id, probability_up, is_scored)
    select ${row.id}::uuid, v.user_id, v.probability_up,
      (before.locked_at is null or v.cast_at > before.locked_at) and not exists (
        select from ${predictionVotes} other join ${predictions} p on p.id = other.prediction_id
        where other.user_id = v.user_id and other.is_scored and p.state <> 'VOID'
          and p.instrument_id = ${row.instrumentId}::uuid and p.horizon_at > ${lockedAt}
      )
    from ${votes} v cross join before where v.session_id = ${row.sessionId}::uuid`)
  await tx.insert(predictions).values(row)
}

/** Rows in the order of `ids`; null where there is none. Made for a loader. */
export async function findPredictions(db: Db | Tx, ids: readonly PredictionId[]): Promise<(PredictionRow | null)[]> {
  const rows = await db
    .select()
    .from(predictions)
    .where(inArray(predictions.id, [...ids]))
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.map((id) => byId.get(id) ?? null)
}

export async function getPrediction(db: Db | Tx, id: PredictionId): Promise<PredictionRow> {
  const [row] = await db.select().from(predictions).where(eq(predictions.id, id))
  if (!row) throw new Error(`no prediction ${id}`)
  return row
}

/** Locks the prediction until commit; null if it is judged already. */
export async function lockOpenPrediction(tx: Tx, id: PredictionId): Promise<PredictionRow | null> {
  const [row] = await tx
    .select()
    .from(predictions)
    .where(and(eq(predictions.id, id), eq(predictions.state, 'LOCKED')))
    .for('update')
  return row ?? null
}

export async function updateJudgement(
  tx: Tx,
  id: PredictionId,
  judgement: Pick<PredictionRow, 'state' | 'settledAt'> & Partial<PredictionRow>,
): Promise<void> {
  await tx.update(predictions).set(judgement).where(eq(predictions.id, id))
}

export const predictionKey = (row: PredictionRow): string => instantKey(row.lockedAt, row.id)

/** For each of `sessionIds` its predictions, latest first. One statement for all. */
export async function findPagesOfPredictions(
  db: Db | Tx,
  sessionIds: readonly Id<'LiveSession'>[],
  page: Page,
): Promise<Map<Id<'LiveSession'>, PredictionRow[]>> {
  const after = page.after === null ? null : parseInstantKey(page.after)
  const isAfter = after ? sql`(p.locked_at, p.id) < (${after.at.toISOString()}::timestamptz, ${after.id}::uuid)` : sql`true`
  const ids = sql`
    select page.id from unnest(${sql.param([...sessionIds])}::uuid[]) as parent(id)
    cross join lateral (
      select p.id from ${predictions} p where p.session_id = parent.id and ${isAfter}
      order by p.locked_at desc, p.id desc limit ${page.limit}
    ) page`
  const rows = await db
    .select()
    .from(predictions)
    .where(sql`${predictions.id} in (${ids})`)
    .orderBy(sql`${predictions.lockedAt} desc, ${predictions.id} desc`)
  const bySession = Map.groupBy(rows, (row) => row.sessionId)
  return new Map(sessionIds.map((id) => [id, bySession.get(id) ?? []]))
}

/** True if anybody has voted in the session since its last lock. */
export async function hasVotesSinceLock(tx: Tx, sessionId: Id<'LiveSession'>): Promise<boolean> {
  const [row] = await tx.execute<{ has_votes: boolean }>(sql`
    select exists (
      select from ${votes} v where v.session_id = ${sessionId}::uuid
        and v.cast_at > all (select p.locked_at from ${predictions} p where p.session_id = ${sessionId}::uuid)
    ) as has_votes`)
  return row?.has_votes === true
}

/** Means of Brier scores over settled predictions; null where there are none. */
export type MeanBriers = {
  readonly settledCount: number
  readonly pooledBrier: number | null
  readonly extremisedBrier: number | null
}

export async function readCrowdRecord(db: Db | Tx): Promise<MeanBriers> {
  const [row] = await db
    .select({
      settledCount: sql<number>`count(*)::int`,
      pooledBrier: sql<number | null>`avg(${predictions.pooledBrier})`,
      extremisedBrier: sql<number | null>`avg(${predictions.extremisedBrier})`,
    })
    .from(predictions)
    .where(eq(predictions.state, 'SETTLED'))
  if (!row) throw new Error('an aggregate without a row')
  return row
}

export type HostRecordRow = {
  readonly settledCount: number
  readonly hostBrier: number | null
  readonly crowdBrier: number | null
}

/** For each of `hostIds` how its own probabilities came out. Made for a loader. */
export async function findHostRecords(db: Db | Tx, hostIds: readonly Id<'User'>[]): Promise<HostRecordRow[]> {
  const rows = await db
    .select({
      hostId: predictions.hostId,
      settledCount: sql<number>`count(*)::int`,
      hostBrier: sql<number | null>`avg(${predictions.hostBrier})`,
      crowdBrier: sql<number | null>`avg(${predictions.crowdBrier})`,
    })
    .from(predictions)
    .where(
      and(
        sql`${predictions.hostId} = any(${sql.param([...hostIds])}::uuid[])`,
        eq(predictions.state, 'SETTLED'),
        sql`${predictions.hostBrier} is not null`,
      ),
    )
    .groupBy(predictions.hostId)
  const byHost = new Map(rows.map(({ hostId, ...record }) => [hostId, record]))
  return hostIds.map((id) => byHost.get(id) ?? { settledCount: 0, hostBrier: null, crowdBrier: null })
}
