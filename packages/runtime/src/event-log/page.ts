import type postgres from 'postgres'
import { checkEpoch, checkPosition, type Extent, formatCursor, type Position } from './cursor.ts'
import type { EventFilter, JsonObject, LoggedEvent } from './event.ts'

/** Positions are dense, so a filtered page looks at this many events at most, however few of them match. */
const WINDOW = 5_000n
/** The last position behind which a window fits into Postgres' bigint; a cursor beyond it is ahead of everything anyway. */
const LAST = 2n ** 63n - 1n - WINDOW

/** `end` is past everything the page looked at, matching or not. */
export type PositionedPage = { readonly events: readonly LoggedEvent[]; readonly end: Position }

type ExtentRow = { epoch: string; head: string; oldest: string; archived: string }
type PageRow = ExtentRow & {
  // Null in the one row of a page without events.
  pos: string | null
  stream: string
  seq: string
  type: string
  payload: JsonObject
  at_ms: number
  logged_at_ms: number
}

/**
 * The matching events after `position`, oldest first, at most `limit`, as clients may read them. Throws the cursor codes of
 * `checkPosition`.
 */
export async function readEventPage(
  sql: postgres.Sql,
  position: Position,
  filter: EventFilter,
  limit: number,
): Promise<PositionedPage> {
  const { after, until, streams, types } = asked(position, filter)
  const rows = await sql<PageRow[]>`
    select h.epoch, h.pos::text as head, h.expired_until::text as oldest, h.archived_until::text as archived,
      e.pos::text as pos, e.stream, e.seq::text as seq, e.type, e.payload, e.at_ms, e.logged_at_ms
    from event_log.event_head h
    left join lateral (
      select pos, stream, seq, type, payload, (extract(epoch from at) * 1000)::float8 as at_ms,
        (extract(epoch from logged_at) * 1000)::float8 as logged_at_ms
      from event_log.entry
      where pos > ${after}::bigint and pos <= ${until}::bigint
        and (${streams}::text[] is null or stream = any(${streams}::text[]))
        and (${types}::text[] is null or type = any(${types}::text[]))
      order by pos
      limit ${limit}
    ) e on true
    order by e.pos`
  const extent = extentOf(rows)
  checkPosition(position, extent)
  return pageOf(rows, position, extent, limit)
}

/**
 * The facts of `types` after `position`, however old, oldest first, at most `limit`. Null if they are in the archive. Throws
 * the cursor codes of `checkEpoch`.
 */
export async function readFactPage(
  sql: postgres.Sql,
  position: Position,
  types: readonly string[],
  limit: number,
): Promise<PositionedPage | null> {
  const { after, until } = asked(position, {})
  const rows = await sql<PageRow[]>`
    select h.epoch, h.pos::text as head, h.expired_until::text as oldest, h.archived_until::text as archived,
      e.pos::text as pos, e.stream, e.seq::text as seq, e.type, e.payload, e.at_ms, e.logged_at_ms
    from event_log.event_head h
    left join lateral (
      select pos, stream, seq, type, payload, (extract(epoch from at) * 1000)::float8 as at_ms,
        (extract(epoch from logged_at) * 1000)::float8 as logged_at_ms
      from event_log.entry
      where pos > ${after}::bigint and pos <= ${until}::bigint and kept = 'FACT' and type = any(${textArray(types)}::text[])
      order by pos
      limit ${limit}
    ) e on true
    order by e.pos`
  const extent = extentOf(rows)
  checkEpoch(position, extent)
  return position.pos < extent.archived ? null : pageOf(rows, position, extent, limit)
}

const asked = (position: Position, filter: EventFilter) => {
  const from = position.pos < LAST ? position.pos : LAST
  return {
    after: from.toString(),
    until: (from + WINDOW).toString(),
    streams: filter.streams ? textArray(filter.streams) : null,
    types: filter.types ? textArray(filter.types) : null,
  }
}

function pageOf(rows: readonly PageRow[], position: Position, { epoch, head }: Extent, limit: number): PositionedPage {
  const events: LoggedEvent[] = []
  for (const { pos: text, stream, seq, type, payload, at_ms, logged_at_ms } of rows) {
    if (text === null) continue
    const pos = BigInt(text)
    const times = { at: new Date(at_ms), loggedAt: new Date(logged_at_ms) }
    events.push({ pos, cursor: formatCursor({ epoch, pos }), stream, seq: BigInt(seq), type, payload, ...times })
  }
  const last = events.at(-1)
  const windowEnd = position.pos + WINDOW < head ? position.pos + WINDOW : head
  return { events, end: { epoch, pos: last && events.length === limit ? last.pos : windowEnd } }
}

/** What the log holds now. */
export async function readExtent(sql: postgres.Sql): Promise<Extent> {
  return extentOf(
    await sql<ExtentRow[]>`
      select h.epoch, h.pos::text as head, h.expired_until::text as oldest, h.archived_until::text as archived
      from event_log.event_head h`,
  )
}

/** A partition of facts that was not put away, named by its first position. */
export type FactPartition = { readonly name: string; readonly firstPos: bigint }

/** The partitions of facts, the oldest first. */
export async function findFactPartitions(sql: postgres.Sql): Promise<readonly FactPartition[]> {
  const rows = await sql<{ name: string; first_pos: string }[]>`
    select p.name, p.first_pos::text from (
      select c.relname as name, substr(c.relname, length('fact_') + 1)::bigint as first_pos
      from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'event_log.fact'::regclass
    ) p order by p.first_pos`
  return rows.map(({ name, first_pos }) => ({ name, firstPos: BigInt(first_pos) }))
}

/** How often `untilPositioned` asks, in milliseconds. */
const SETTLE_MS = 5

/** Waits until everything committed before the call is positioned; calls `onWait` whenever it has to wait. */
export async function untilPositioned(sql: postgres.Sql, onWait: () => void = () => {}): Promise<void> {
  const [newest] = await sql<{ id: string | null }[]>`select max(id)::text as id from event_log.waiting`
  const last = newest?.id ?? null
  while (last !== null) {
    const [left] = await sql`select from event_log.waiting where id <= ${last}::bigint limit 1`
    if (!left) return
    onWait()
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
  }
}

function extentOf([row]: readonly ExtentRow[]): Extent {
  if (!row) throw new Error('event_log.event_head has no row')
  return { epoch: row.epoch, head: BigInt(row.head), oldest: BigInt(row.oldest), archived: BigInt(row.archived) }
}

/** As Postgres writes an array, so that it does not depend on whether the driver has fetched the array types. */
const textArray = (texts: readonly string[]) => `{${texts.map((text) => JSON.stringify(text)).join()}}`
