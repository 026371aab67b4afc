import type { Db, Tx } from '@planet/runtime/database'
import { type Decimal, decimal } from '@planet/runtime/decimal'
import type { Id } from '@planet/runtime/ids'
import { and, asc, eq, isNotNull, sql } from 'drizzle-orm'
import { candles } from '../../market/db/tables.ts'
import { INTERVALS, type Interval } from '../../market/domain/candle.ts'
import { type Evidence, nextOpenFrom } from '../domain/prediction.ts'
import { predictions } from './tables.ts'

export type PredictionRow = typeof predictions.$inferSelect

export async function insertPredictionOnce(
  tx: Tx,
  row: Pick<PredictionRow, 'id' | 'instrumentId' | 'lockedAt' | 'horizonAt'>,
): Promise<void> {
  await tx
    .insert(predictions)
    .values({ ...row, dueAt: row.horizonAt })
    .onConflictDoNothing()
}

const isDue = (now: Date) => sql`${predictions.dueAt} <= ${now.toISOString()}::timestamptz`

/** True if any prediction is due at `now`. */
export async function hasDuePrediction(db: Db | Tx, now: Date): Promise<boolean> {
  const rows = await db.select({ id: predictions.id }).from(predictions).where(isDue(now)).limit(1)
  return rows.length > 0
}

/** Locks at most `limit` predictions that are due at `now` and that no rival is at, in the order of their ids. */
export function lockDuePredictions(tx: Tx, now: Date, limit: number): Promise<PredictionRow[]> {
  return tx
    .select()
    .from(predictions)
    .where(isDue(now))
    .orderBy(asc(predictions.id))
    .limit(limit)
    .for('update', { skipLocked: true })
}

/** When to look at it again; null once it is judged. */
export async function setDue(tx: Tx, id: Id<'Prediction'>, dueAt: Date | null): Promise<void> {
  await tx.update(predictions).set({ dueAt }).where(eq(predictions.id, id))
}

/** Lets the predictions of an instrument that are not judged yet be looked at again. */
export async function wakePredictions(tx: Tx, instrumentId: Id<'Instrument'>): Promise<void> {
  await tx
    .update(predictions)
    .set({ dueAt: sql`horizon_at` })
    .where(and(eq(predictions.instrumentId, instrumentId), isNotNull(predictions.dueAt)))
}

/** What the market has to say of a prediction at `now`. */
export async function readEvidence(tx: Tx, prediction: PredictionRow, interval: Interval, now: Date): Promise<Evidence> {
  const { instrumentId, lockedAt, horizonAt } = prediction
  const known = now < horizonAt ? now : horizonAt
  const series = sql`unnest(
    ${sql.param(Object.keys(INTERVALS))}::text[], ${sql.param(Object.values(INTERVALS))}::bigint[]
  ) series("interval", ms)`
  const ofSeries = sql`c.instrument_id = ${instrumentId}::uuid and c."interval" = series."interval"
    and (c.outlier_since is null or c.outlier_since > ${at(now)})`
  const [row] = await tx.execute<{
    first_ms: number | null
    open: string | null
    last_ms: number | null
    close: string | null
    next_ms: number | null
  }>(sql`
    select ${ms('first.open_time')} as first_ms, first.open::text, ${ms('last.close_time')} as last_ms, last.close::text,
      ${ms('next.open_time')} as next_ms
    from (select 1) one
    left join lateral (
      select found.open_time, found.open from ${series} cross join lateral (
        select c.open_time, c.open from ${candles} c
        where ${ofSeries} and c.open_time >= ${at(lockedAt)} and c.open_time <= ${at(known)}
        order by c.open_time limit 1
      ) found order by found.open_time, series.ms limit 1
    ) first on true
    left join lateral (
      select found.close_time, found.close from ${series} cross join lateral (
        select c.close_time, c.close from ${candles} c
        where ${ofSeries} and c.open_time <= ${at(known)} - make_interval(secs => series.ms / 1000.0) and c.open_time >= ${at(lockedAt)}
        order by c.open_time desc limit 1
      ) found order by found.close_time desc, series.ms limit 1
    ) last on true
    left join lateral (
      select c.open_time from ${candles} c
      where c.instrument_id = ${instrumentId}::uuid and c."interval" = ${interval}
        and c.open_time >= ${at(nextOpenFrom(prediction, interval))} and c.open_time <= ${at(now)}
      order by c.open_time limit 1
    ) next on true`)
  if (!row) throw new Error('one row without a row')
  return {
    first: priceAt(row.first_ms, row.open, (openTime, price) => ({ openTime, price })),
    last: priceAt(row.last_ms, row.close, (closeTime, price) => ({ closeTime, price })),
    nextOpenTime: row.next_ms === null ? null : new Date(row.next_ms),
  }
}

const at = (instant: Date) => sql`${instant.toISOString()}::timestamptz`
const ms = (column: string) => sql`(extract(epoch from ${sql.raw(column)}) * 1000)::float8`

function priceAt<Found>(timeMs: number | null, price: string | null, make: (time: Date, price: Decimal) => Found): Found | null {
  return timeMs === null || price === null ? null : make(new Date(timeMs), decimal(price))
}
