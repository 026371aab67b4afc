import { foreignCursor, type Page } from '@planet/runtime/connection'
import type { Db, Tx } from '@planet/runtime/database'
import { type Decimal, decimal } from '@planet/runtime/decimal'
import type { Id } from '@planet/runtime/ids'
import { parseMilliseconds } from '@planet/runtime/instant'
import { and, asc, desc, eq, type SQL, sql } from 'drizzle-orm'
import { type Candle, INTERVALS, type Interval } from '../domain/candle.ts'
import { HISTORY } from '../domain/outlier.ts'
import { candleHistory, candleSeries, candles } from './tables.ts'

/** A candle that has closed. */
export type CandleRow = typeof candles.$inferSelect

export type LastPriceRow = { readonly price: Decimal; readonly at: Date }

const instant = (at: Date): SQL => sql`${at.toISOString()}::timestamptz`
const idArray = (ids: readonly string[]): SQL => sql`${sql.param([...ids])}::uuid[]`

export const candleKey = ({ openTime }: Pick<CandleRow, 'openTime'>): string => String(openTime.getTime())

/** For each of `ids` its candles that have closed at `now`, latest first. One statement for all. */
export async function findPagesOfCandles(
  db: Db | Tx,
  ids: readonly Id<'Instrument'>[],
  interval: Interval,
  now: Date,
  page: Page,
): Promise<Map<Id<'Instrument'>, CandleRow[]>> {
  const before = page.after === null ? sql`true` : sql`c.open_time < ${instant(parseCandleKey(page.after))}`
  const keys = sql`
    select page.instrument_id, page.open_time from unnest(${idArray(ids)}) as parent(id)
    cross join lateral (
      select c.instrument_id, c.open_time from ${candles} c
      where c.instrument_id = parent.id and c."interval" = ${interval} and c.open_time <= ${lastOpenTime(now, interval)} and ${before}
      order by c.open_time desc limit ${page.limit}
    ) page`
  const rows = await db
    .select()
    .from(candles)
    .where(and(eq(candles.interval, interval), sql`(${candles.instrumentId}, ${candles.openTime}) in (${keys})`))
    .orderBy(desc(candles.openTime))
  return Map.groupBy(rows, (row) => row.instrumentId)
}

/** The latest open time of a candle that has closed at `now`. */
const lastOpenTime = (now: Date, interval: Interval): SQL => instant(new Date(now.getTime() - INTERVALS[interval]))

export function parseCandleKey(key: string): Date {
  const at = parseMilliseconds(key)
  if (!at) throw foreignCursor()
  return at
}

/**
 * For each of `ids` the last price known at `now`: over all intervals the latest of a close of a closed candle and an
 * open of one that has begun; null before the first. Made for a loader.
 */
export async function findLastPrices(db: Db | Tx, ids: readonly Id<'Instrument'>[], now: Date): Promise<(LastPriceRow | null)[]> {
  const rows = await db.execute<{ id: Id<'Instrument'>; price: string; at_ms: number }>(sql`
    select distinct on (s.instrument_id) s.instrument_id as id, p.price::text, (extract(epoch from p.at) * 1000)::float8 as at_ms
    from ${candleSeries} s
    cross join lateral (
      select c.* from ${candles} c
      where c.instrument_id = s.instrument_id and c."interval" = s."interval" and c.open_time <= ${instant(now)}
      order by c.open_time desc limit 1
    ) c
    cross join lateral (
      select case when is_closed then c.close else c.open end as price, case when is_closed then c.close_time else c.open_time end as at, is_closed
      from (select c.close_time <= ${instant(now)} as is_closed) closed
    ) p
    where s.instrument_id = any(${idArray(ids)})
    order by s.instrument_id, p.at desc, p.is_closed, c.close_time - c.open_time`)
  const byId = new Map(rows.map(({ id, price, at_ms }) => [id, { price: decimal(price), at: new Date(at_ms) }]))
  return ids.map((id) => byId.get(id) ?? null)
}

const versionColumns = <Table extends typeof candles | typeof candleHistory>(table: Table) => ({
  openTime: table.openTime,
  interval: table.interval,
  open: table.open,
  high: table.high,
  low: table.low,
  close: table.close,
  volume: table.volume,
  flags: table.flags,
  recordedAt: table.recordedAt,
})

/** A candle as it was known at some moment, and since when. */
export type KnownCandle = Candle & { readonly recordedAt: Date }

/**
 * The candles with an open time in [`from`, `to`) as they were known at `at`: those that had closed and of which the platform
 * had learnt, before later corrections. Ascending, at most `limit`.
 */
export function findCandlesAt(
  db: Db | Tx,
  series: { readonly instrumentId: Id<'Instrument'>; readonly interval: Interval },
  range: { readonly from: Date; readonly to: Date },
  at: Date,
  limit: number,
): Promise<KnownCandle[]> {
  const isKnown = (table: typeof candles | typeof candleHistory) =>
    and(
      eq(table.instrumentId, series.instrumentId),
      eq(table.interval, series.interval),
      sql`${table.openTime} >= ${instant(range.from)} and ${table.openTime} < ${instant(range.to)}`,
      sql`${table.closeTime} <= ${instant(at)} and ${table.recordedAt} <= ${instant(at)}`,
    )
  const current = db.select(versionColumns(candles)).from(candles).where(isKnown(candles))
  const earlier = db
    .select(versionColumns(candleHistory))
    .from(candleHistory)
    .where(and(isKnown(candleHistory), sql`${candleHistory.supersededAt} > ${instant(at)}`))
  return current.unionAll(earlier).orderBy(sql`open_time`).limit(limit)
}

/** What is known at some moment of the last candle that an instrument had in a day. */
export type DayClose = {
  /** No earlier candle of the day is still to come: its last one is known, or a later one. */
  readonly isKnown: boolean
  /** The close of the last candle of the day, outliers that showed by its end left out; null if there is none. */
  readonly last: { readonly price: Decimal; readonly closeTime: Date } | null
}

/**
 * For each of `series` the close of the day that ended at `end`, as far as candles are known at `now`. Any interval divides
 * the day. One statement for all.
 */
export async function findDayCloses(
  tx: Tx,
  series: readonly { readonly instrumentId: Id<'Instrument'>; readonly interval: Interval }[],
  end: Date,
  now: Date,
): Promise<Map<Id<'Instrument'>, DayClose>> {
  const [ids, intervals] = [series.map(({ instrumentId }) => instrumentId), series.map(({ interval }) => interval)]
  const lastOpens = intervals.map((interval) => new Date(end.getTime() - INTERVALS[interval]).toISOString())
  const rows = await tx.execute<{ id: Id<'Instrument'>; is_known: boolean; price: string | null; close_ms: number | null }>(sql`
    select s.id, known.open_time is not null as is_known, last.close::text as price,
      (extract(epoch from last.close_time) * 1000)::float8 as close_ms
    from unnest(${idArray(ids)}, ${sql.param(intervals)}::text[], ${sql.param(lastOpens)}::timestamptz[]) as s(id, "interval", last_open)
    left join lateral (
      select c.open_time from ${candles} c
      where c.instrument_id = s.id and c."interval" = s."interval" and c.open_time >= s.last_open and c.open_time <= ${instant(now)}
      order by c.open_time limit 1
    ) known on true
    left join lateral (
      select c.close, c.close_time from ${candles} c
      where c.instrument_id = s.id and c."interval" = s."interval" and c.open_time <= s.last_open
        and c.open_time >= ${instant(end)} - interval '1 day' and (c.outlier_since is null or c.outlier_since > ${instant(end)})
      order by c.open_time desc limit 1
    ) last on true`)
  return new Map(
    rows.map(({ id, is_known, price, close_ms }) => [
      id,
      {
        isKnown: is_known,
        last: price === null || close_ms === null ? null : { price: decimal(price), closeTime: new Date(close_ms) },
      },
    ]),
  )
}

/** For each of `ids` the intervals with a candle that has closed at `now`, finest first. Made for a loader. */
export async function findIntervals(db: Db | Tx, ids: readonly Id<'Instrument'>[], now: Date): Promise<Interval[][]> {
  const rows = await db
    .select()
    .from(candleSeries)
    .where(sql`${candleSeries.instrumentId} = any(${idArray(ids)})`)
  const begun = rows.filter(({ firstOpenTime, interval }) => firstOpenTime.getTime() + INTERVALS[interval] <= now.getTime())
  const byId = Map.groupBy(begun, (row) => row.instrumentId)
  return ids.map((id) => (byId.get(id) ?? []).map(({ interval }) => interval).sort((a, b) => INTERVALS[a] - INTERVALS[b]))
}

/** For each of `ids` the finest interval of which anything has been imported; none if nothing has. */
export async function findFinestIntervals(
  db: Db | Tx,
  ids: readonly Id<'Instrument'>[],
): Promise<Map<Id<'Instrument'>, Interval>> {
  const rows = await db
    .select()
    .from(candleSeries)
    .where(sql`${candleSeries.instrumentId} = any(${idArray(ids)})`)
  const coarsestFirst = rows.sort((a, b) => INTERVALS[b.interval] - INTERVALS[a.interval])
  return new Map(coarsestFirst.map(({ instrumentId, interval }) => [instrumentId, interval]))
}

/**
 * The candles that signals published from `from` on are evaluated on at `now`, ascending: `HISTORY` before, and all up to
 * the one in progress, of which only the open is known and stands for all its prices.
 */
export async function findKnownCandles(
  db: Db | Tx,
  instrumentId: Id<'Instrument'>,
  interval: Interval,
  from: Date,
  now: Date,
): Promise<Candle[]> {
  const series = sql`${candles.instrumentId} = ${instrumentId} and ${candles.interval} = ${interval}`
  const first = sql`
    select min(open_time) from (
      select open_time from ${candles} where ${series} and ${candles.openTime} < ${instant(from)} order by open_time desc limit ${HISTORY}
    ) history`
  const rows = await db
    .select()
    .from(candles)
    .where(
      and(
        series,
        sql`${candles.openTime} >= coalesce((${first}), ${instant(from)})`,
        sql`${candles.openTime} <= ${instant(now)}`,
      ),
    )
    .orderBy(asc(candles.openTime))
  return rows.map((row) =>
    row.closeTime <= now ? row : { ...row, high: row.open, low: row.open, close: row.open, volume: null },
  )
}

/** Closed candles inside those of `interval` that open at `openTimes`, of every finer interval, ascending within each. */
export async function findFinerCandles(
  db: Db | Tx,
  instrumentId: Id<'Instrument'>,
  interval: Interval,
  openTimes: readonly Date[],
  now: Date,
): Promise<Candle[]> {
  const finer = Object.entries(INTERVALS).flatMap(([name, ms]) => (ms < INTERVALS[interval] ? [name] : []))
  const times = sql`${sql.param(openTimes.map((time) => time.toISOString()))}::timestamptz[]`
  return db
    .select()
    .from(candles)
    .where(
      and(
        eq(candles.instrumentId, instrumentId),
        sql`${candles.interval} = any(${sql.param(finer)}::text[])`,
        sql`${candles.closeTime} <= ${instant(now)}`,
        sql`exists (
          select from unnest(${times}) as t(at)
          where ${candles.openTime} >= t.at and ${candles.openTime} < t.at + make_interval(secs => ${INTERVALS[interval] / 1000})
        )`,
      ),
    )
    .orderBy(asc(candles.openTime))
}
