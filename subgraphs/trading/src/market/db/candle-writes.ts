import type { Tx } from '@planet/runtime/database'
import { formatDecimal } from '@planet/runtime/decimal'
import type { Id } from '@planet/runtime/ids'
import { and, between, eq, isNotNull, sql } from 'drizzle-orm'
import { type Candle, closeTime, type Interval } from '../domain/candle.ts'
import { candleSeries, candles } from './tables.ts'

export type ImportCounts = { readonly inserted: number; readonly changed: number }

/**
 * Stores candles of one interval, at most some thousands at a time; those that are there already, to the last digit, are
 * left alone. Prices that differ replace what is there, and then flags do too; else flags are added.
 */
export async function upsertCandles(
  tx: Tx,
  instrumentId: Id<'Instrument'>,
  interval: Interval,
  rows: readonly Candle[],
): Promise<ImportCounts> {
  const array = (values: readonly unknown[], type: string) => sql`${sql.param(values)}::${sql.raw(type)}[]`
  const price = (field: 'open' | 'high' | 'low' | 'close') =>
    array(
      rows.map((row) => formatDecimal(row[field])),
      'numeric',
    )
  const stored = await tx.execute<{ is_new: boolean }>(sql`
    insert into ${candles} as c (instrument_id, "interval", open_time, close_time, open, high, low, close, volume, flags)
    select ${instrumentId}::uuid, ${interval}::text, r.open_time, r.close_time, r.open, r.high, r.low, r.close, r.volume, string_to_array(r.flags, ' ')
    from unnest(
      ${array(
        rows.map((row) => row.openTime.toISOString()),
        'timestamptz',
      )},
      ${array(
        rows.map((row) => closeTime(row).toISOString()),
        'timestamptz',
      )},
      ${price('open')}, ${price('high')}, ${price('low')}, ${price('close')},
      ${array(
        rows.map(({ volume }) => volume && formatDecimal(volume)),
        'numeric',
      )},
      ${array(
        rows.map((row) => row.flags.join(' ')),
        'text',
      )}
    ) as r(open_time, close_time, open, high, low, close, volume, flags)
    on conflict (instrument_id, "interval", open_time) do update set
      open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close, volume = excluded.volume,
      flags = case when (c.open, c.high, c.low, c.close, c.volume) is not distinct from (excluded.open, excluded.high, excluded.low, excluded.close, excluded.volume)
        then array(select distinct unnest(c.flags || excluded.flags) order by 1) else excluded.flags end
    where (c.open, c.high, c.low, c.close, c.volume) is distinct from (excluded.open, excluded.high, excluded.low, excluded.close, excluded.volume)
      or not c.flags @> excluded.flags
    returning (xmax = 0) as is_new`)
  const inserted = stored.filter((row) => row.is_new).length
  return { inserted, changed: stored.length - inserted }
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
