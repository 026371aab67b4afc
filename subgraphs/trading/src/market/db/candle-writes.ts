import type { Tx } from '@planet/runtime/database'
import { formatDecimal } from '@planet/runtime/decimal'
import type { Id } from '@planet/runtime/ids'
import { and, between, eq, isNotNull, type SQL, sql } from 'drizzle-orm'
import { type Candle, closeTime, type Interval } from '../domain/candle.ts'
import { candleHistory, candleSeries, candles } from './tables.ts'

export type ImportCounts = { readonly inserted: number; readonly changed: number }

/**
 * Stores candles of one interval, at most some thousands at a time, that the platform learns of at `now`; those that are there
 * already, to the last digit, are left alone. Prices that differ replace what is there, and then flags do too; else flags are
 * added. What a candle was before goes to its history. No other import of the instrument may be under way.
 */
export async function upsertCandles(
  tx: Tx,
  instrumentId: Id<'Instrument'>,
  interval: Interval,
  rows: readonly Candle[],
  now: Date,
): Promise<ImportCounts> {
  const columns = sql`instrument_id, "interval", open_time, close_time, open, high, low, close, volume, flags, recorded_at`
  const given = sql`
    select ${instrumentId}::uuid as instrument_id, ${interval}::text as "interval", r.open_time, r.close_time, r.open, r.high, r.low, r.close,
      r.volume, string_to_array(r.flags, ' ') as flags, ${now.toISOString()}::timestamptz as recorded_at
    from ${asTable(rows)}`
  const inserted = await count(
    tx,
    sql`insert into ${candles} (${columns}) ${given} on conflict (instrument_id, "interval", open_time) do nothing returning 1`,
  )
  if (inserted === rows.length) return { inserted, changed: 0 }

  const values = (table: string) =>
    sql.raw(`row(${['open', 'high', 'low', 'close', 'volume'].map((name) => `${table}.${name}`)})`)
  // The limit makes it one look-up by the key for each row, also where the planner knows nothing of a table that was just filled.
  const changed = await count(
    tx,
    sql`insert into ${candleHistory} (${columns}, superseded_at)
      select c.instrument_id, c."interval", c.open_time, c.close_time, c.open, c.high, c.low, c.close, c.volume, c.flags, c.recorded_at,
        greatest(c.recorded_at, excluded.recorded_at)
      from (${given}) as excluded cross join lateral (
        select * from ${candles} stored where stored.instrument_id = ${instrumentId}::uuid and stored."interval" = ${interval}::text
          and stored.open_time = excluded.open_time limit 1
      ) c
      where ${values('c')} is distinct from ${values('excluded')} or not c.flags @> excluded.flags
      returning 1`,
  )
  if (changed > 0) {
    await tx.execute(sql`
      insert into ${candles} as c (${columns}) ${given}
      on conflict (instrument_id, "interval", open_time) do update set
        open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close, volume = excluded.volume,
        recorded_at = greatest(c.recorded_at, excluded.recorded_at),
        flags = case when ${values('c')} is not distinct from ${values('excluded')}
          then array(select distinct unnest(c.flags || excluded.flags) order by 1) else excluded.flags end
      where ${values('c')} is distinct from ${values('excluded')} or not c.flags @> excluded.flags`)
  }
  return { inserted, changed }
}

/** How many rows a statement returns. */
async function count(tx: Tx, statement: SQL): Promise<number> {
  const [row] = await tx.execute<{ count: number }>(sql`with done as (${statement}) select count(*)::int from done`)
  return row?.count ?? 0
}

/** Candles as the rows `r` of a statement. */
function asTable(rows: readonly Candle[]) {
  const column = (type: string, valueOf: (row: Candle) => string | null) =>
    sql`${sql.param(rows.map(valueOf))}::${sql.raw(type)}[]`
  return sql`unnest(
    ${column('timestamptz', ({ openTime }) => openTime.toISOString())},
    ${column('timestamptz', (row) => closeTime(row).toISOString())},
    ${column('numeric', ({ open }) => formatDecimal(open))},
    ${column('numeric', ({ high }) => formatDecimal(high))},
    ${column('numeric', ({ low }) => formatDecimal(low))},
    ${column('numeric', ({ close }) => formatDecimal(close))},
    ${column('numeric', ({ volume }) => volume && formatDecimal(volume))},
    ${column('text', ({ flags }) => flags.join(' '))}
  ) as r(open_time, close_time, open, high, low, close, volume, flags)`
}

/** Records that the interval has candles from `firstOpenTime` on. */
export async function upsertSeries(
  tx: Tx,
  instrumentId: Id<'Instrument'>,
  interval: Interval,
  firstOpenTime: Date,
): Promise<void> {
  await tx
    .insert(candleSeries)
    .values({ instrumentId, interval, firstOpenTime })
    .onConflictDoUpdate({
      target: [candleSeries.instrumentId, candleSeries.interval],
      set: { firstOpenTime: sql`least(${candleSeries.firstOpenTime}, excluded.first_open_time)` },
    })
}

/** At most `limit` candles from open time `from` on, ascending, without regard to the clock. */
export function findCandlesFrom(tx: Tx, instrumentId: Id<'Instrument'>, interval: Interval, from: Date, limit: number) {
  return tx
    .select()
    .from(candles)
    .where(
      and(
        eq(candles.instrumentId, instrumentId),
        eq(candles.interval, interval),
        sql`${candles.openTime} >= ${from.toISOString()}::timestamptz`,
      ),
    )
    .orderBy(candles.openTime)
    .limit(limit)
}

/** The open time of the `count`-th candle before (or, with `direction` 1, after) `from`; the outermost if there are fewer. */
export async function findOpenTimeNear(
  tx: Tx,
  instrumentId: Id<'Instrument'>,
  interval: Interval,
  from: Date,
  count: number,
  direction: -1 | 1,
): Promise<Date> {
  const [found] = await tx.execute<{ at: string | null }>(sql`
    select ${sql.raw(direction < 0 ? 'min' : 'max')}(open_time) as at from (
      select open_time from ${candles}
      where instrument_id = ${instrumentId}::uuid and "interval" = ${interval}::text
        and open_time ${sql.raw(direction < 0 ? '<' : '>')} ${from.toISOString()}::timestamptz
      order by open_time ${sql.raw(direction < 0 ? 'desc' : 'asc')}
      limit ${count}
    ) near`)
  return found?.at ? new Date(found.at) : from
}

/** Makes exactly `outliers` the outliers among the candles with an open time in [`from`, `to`]. */
export async function setOutliers(
  tx: Tx,
  instrumentId: Id<'Instrument'>,
  interval: Interval,
  range: { readonly from: Date; readonly to: Date },
  outliers: readonly { readonly openTime: Date; readonly since: Date }[],
): Promise<void> {
  const texts = outliers.map(({ openTime }) => openTime.toISOString())
  const series = and(eq(candles.instrumentId, instrumentId), eq(candles.interval, interval))
  await tx
    .update(candles)
    .set({ outlierSince: null })
    .where(
      and(
        series,
        between(candles.openTime, range.from, range.to),
        isNotNull(candles.outlierSince),
        sql`${candles.openTime} <> all(${sql.param(texts)}::timestamptz[])`,
      ),
    )
  // There is about one in ten thousand candles.
  for (const { openTime, since } of outliers) {
    await tx
      .update(candles)
      .set({ outlierSince: since })
      .where(and(series, eq(candles.openTime, openTime)))
  }
}
