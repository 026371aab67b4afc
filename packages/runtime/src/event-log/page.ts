import type postgres from 'postgres'
import { checkPosition, type Extent, formatCursor, type Position } from './cursor.ts'
import type { EventFilter, JsonObject, LoggedEvent } from './event.ts'

/** Positions are dense, so a filtered page looks at this many events at most, however few of them match. */
const WINDOW = 5_000n
/** The last position behind which a window fits into Postgres' bigint; a cursor beyond it is ahead of everything anyway. */
const LAST = 2n ** 63n - 1n - WINDOW

/** `end` is past everything the page looked at, matching or not. */
export type PositionedPage = { readonly events: readonly LoggedEvent[]; readonly end: Position }

type PageRow = {
  epoch: string
  head: string
  oldest: string
  // Null in the one row of a page without events.
  pos: string | null
  stream: string
  seq: string
  type: string
  payload: JsonObject
  at_ms: number
}

/** The matching events after `position`, oldest first, at most `limit`. Throws the cursor codes of `checkPosition`. */
export async function readEventPage(
  sql: postgres.Sql,
  position: Position,
  filter: EventFilter,
  limit: number,
): Promise<PositionedPage> {
  const from = position.pos < LAST ? position.pos : LAST
  const after = from.toString()
  const until = (from + WINDOW).toString()
  const streams = filter.streams ? textArray(filter.streams) : null
  const types = filter.types ? textArray(filter.types) : null
  const rows = await sql<PageRow[]>`
    select h.epoch, h.pos::text as head, o.pos::text as oldest, e.pos::text as pos, e.stream, e.seq::text as seq, e.type, e.payload, e.at_ms
    from event_log.event_head h
    cross join lateral (select coalesce(min(pos), h.pos + 1) - 1 as pos from event_log.entry) o
    left join lateral (
      select pos, stream, seq, type, payload, (extract(epoch from at) * 1000)::float8 as at_ms
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
  const events: LoggedEvent[] = []
  for (const { pos, stream, seq, type, payload, at_ms } of rows) {
    if (pos === null) continue
    const cursor = formatCursor({ epoch: extent.epoch, pos: BigInt(pos) })
    events.push({ pos: BigInt(pos), cursor, stream, seq: BigInt(seq), type, payload, at: new Date(at_ms) })
  }
  const last = events.at(-1)
  const windowEnd = position.pos + WINDOW < extent.head ? position.pos + WINDOW : extent.head
  return { events, end: { epoch: extent.epoch, pos: last && events.length === limit ? last.pos : windowEnd } }
}

/** What the log holds now. */
export async function readExtent(sql: postgres.Sql): Promise<Extent> {
  return extentOf(
    await sql<PageRow[]>`
      select h.epoch, h.pos::text as head, (select coalesce(min(pos), h.pos + 1) - 1 from event_log.entry)::text as oldest
      from event_log.event_head h`,
  )
}

/** How often `untilPositioned` asks, in milliseconds. */
const SETTLE_MS = 5

/** Waits until everything committed before the call is positioned; calls `onWait` whenever it has to wait. */
export async function untilPositioned(sql: postgres.Sql, onWait: () => void = () => {}): Promise<void> {
  const [newest] = await sql<{ id: string | null }[]>`select max(id)::text as id from event_log.entry where pos is null`
  const last = newest?.id ?? null
  while (last !== null) {
    const [left] = await sql`select from event_log.entry where pos is null and id <= ${last}::bigint limit 1`
    if (!left) return
    onWait()
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
  }
}

function extentOf([row]: readonly PageRow[]): Extent {
  if (!row) throw new Error('event_log.event_head has no row')
  return { epoch: row.epoch, head: BigInt(row.head), oldest: BigInt(row.oldest) }
}

/** As Postgres writes an array, so that it does not depend on whether the driver has fetched the array types. */
const textArray = (texts: readonly string[]) => `{${texts.map((text) => JSON.stringify(text)).join()}}`
