import { openDatabase } from '@planet/runtime/database'
import { SUBGRAPH_NAMES } from './platform.ts'
import type { Terminal } from './terminal.ts'

type ConsumerRow = { readonly name: string; readonly pos: string; readonly lag: string; readonly setAside: number }

/** Says how far the event log and its consumers are. `databaseUrl` is the administrator's. */
export async function showStatus(databaseUrl: string, terminal: Pick<Terminal, 'say'>): Promise<void> {
  await using database = openDatabase({ url: databaseUrl, role: null, audience: 'relay', maxConnections: 1 })
  const { sql } = database
  const [log] = await sql<{ head: string; waiting: string; readable: string; archived: string; partitions: number }[]>`
    select h.pos::text as head, h.expired_until::text as readable, h.archived_until::text as archived,
      (select count(*) from event_log.inbox)::text as waiting,
      (select count(*)::int from pg_inherits where inhparent = 'event_log.fact'::regclass) as partitions
    from event_log.event_head h`
  if (!log) throw new Error('event_log.event_head has no row')
  terminal.say(
    `Event log: position ${log.head}, ${log.waiting} waiting for theirs; clients read from ${log.readable} on; ` +
      `${log.partitions} partitions of facts, put away up to ${log.archived}`,
  )
  const consumers: ConsumerRow[] = []
  for (const schema of SUBGRAPH_NAMES) {
    const [table] = await sql`select to_regclass(${`${schema}.consumer_position`}) as "isThere"`
    if (!table?.isThere) continue
    consumers.push(
      ...(await sql<ConsumerRow[]>`
        select ${`${schema}.`} || c.name as name, c.pos::text as pos, (${log.head}::bigint - c.pos)::text as lag,
          (select count(*)::int from event_log.set_aside s where s.consumer = ${`${schema}.`} || c.name) as "setAside"
        from ${sql(schema)}.consumer_position c order by 1`),
    )
  }
  for (const { name, pos, lag, setAside } of consumers) {
    terminal.say(
      `${name.padEnd(24)} at ${pos}, ${lag} behind${setAside === 0 ? '' : `, ${setAside} set aside: planet events retry`}`,
    )
  }
}
