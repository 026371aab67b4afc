import type { EventDefinition } from '@planet/runtime/events/define'
import { EVENTS } from '@planet/runtime/events/registry'
import { sampleOf } from '@planet/runtime/testing/samples'
import postgres from 'postgres'

/** Streams of which each has facts in turn. */
const STREAMS = 10_000
/** Facts per statement. */
const CHUNK = 500_000

/** How many facts the reader has handled, and how many positions it has not looked at; null before that is known. */
export type Read = { readonly handled: number; readonly lagEvents: number | null }

/** The facts of incentives, and those of others that it consumes. */
export const isReadByReader = ({ type, kept, consumers }: EventDefinition): boolean =>
  kept === 'FACT' && (type.startsWith('incentives.') || consumers.includes('incentives'))

/** Fills the empty log of `url` with `count` facts, in turn of each type that the reader handles, as if relays had. */
export async function writeFacts(url: string, count: number): Promise<void> {
  const types = EVENTS.filter(isReadByReader).map(({ type }) => ({ type, payload: sampleOf(type) }))
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  try {
    await sql`create temporary table kind (n integer, type text, payload jsonb)`
    for (const [n, { type, payload }] of types.entries())
      await sql`insert into kind (n, type, payload) values (${n}, ${type}, ${sql.json(payload)})`
    await sql`select event_log.ensure_partitions(${count}, now())`
    for (let first = 1; first <= count; first += CHUNK) {
      const last = Math.min(first + CHUNK - 1, count)
      await sql`
        insert into event_log.fact (pos, stream, seq, type, payload, at, logged_at)
        select pos, 'user:' || pos % ${STREAMS}::int, (pos - 1) / ${STREAMS}::int + 1, k.type, k.payload, now(), now()
        from generate_series(${first}::bigint, ${last}::bigint) pos join kind k on k.n = pos % ${types.length}::int order by pos`
      await sql`update event_log.event_head set pos = ${last}`
    }
    await sql`vacuum analyze event_log.fact`
  } finally {
    await sql.end({ timeout: 5 })
  }
}
