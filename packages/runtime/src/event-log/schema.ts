import { readdirSync, readFileSync } from 'node:fs'
import postgres from 'postgres'
import { ensureLogin } from '../database/roles.ts'
import type { EventDefinition } from '../events/define.ts'
import { EVENTS } from '../events/registry.ts'

const FOLDER = new URL('./schema/', import.meta.url)

/** The role of relays and of readers that belong to no subgraph: may position and read events, nothing else. */
export const RELAY_ROLE = 'planet_relay'

/**
 * Brings schema `event_log` of the database of `adminUrl` to the newest version, and tells it which `events` there are.
 * Idempotent; several may run it at once. The URL's user must be allowed to create schemas and roles. Rejects for a database
 * of another version, which has made what is unknown here, and leaves it as it is.
 */
export async function migrateEventLog(adminUrl: string, events: readonly EventDefinition[] = EVENTS): Promise<void> {
  const sql = postgres(adminUrl, { max: 1, onnotice: () => {} })
  try {
    await ensureLogin(sql, adminUrl, RELAY_ROLE)
    await sql.begin(async (tx) => {
      await lockEventLogSchema(tx)
      await tx`create schema if not exists event_log`
      await tx`create table if not exists event_log.migration (name text primary key, applied_at timestamptz not null default now())`
      const applied = new Set((await tx<{ name: string }[]>`select name from event_log.migration`).map((row) => row.name))
      const files = readdirSync(FOLDER).sort()
      const stranger = [...applied].find((name) => !files.includes(name))
      if (stranger !== undefined) {
        throw new Error(
          `This database was made by another version of the platform (its event log has ${stranger}), which this one cannot go on from. Run that version; or, to begin anew, remove the folder .planet (that of PLANET_HOME), or give an empty database.`,
        )
      }
      for (const name of files) {
        if (applied.has(name)) continue
        await tx.unsafe(readFileSync(new URL(name, FOLDER), 'utf8')).simple()
        await tx`insert into event_log.migration (name) values (${name})`
      }
      const types = events.map(({ type, kept }) => ({ type, kept }))
      // A type that is no more keeps its row: what was told of it is still there.
      await tx`insert into event_log.event_type ${tx(types)} on conflict (type) do update set kept = excluded.kept`
    })
  } finally {
    await sql.end({ timeout: 5 })
  }
}

/**
 * Lets `role` append events of its subgraph and read them and the types that it `consumes`. The schema must exist: call
 * `migrateEventLog` first.
 */
export async function grantEventLog(admin: postgres.Sql, role: string, consumes: readonly string[]): Promise<void> {
  // Of the role's own events `readable` tells by any row, so there is one that names no type.
  const types = ['', ...consumes]
  await admin.begin(async (tx) => {
    await lockEventLogSchema(tx)
    await tx`grant usage on schema event_log to ${tx(role)}`
    await tx`grant select on event_log.entry, event_log.waiting, event_log.event_head, event_log.archive to ${tx(role)}`
    await tx`grant execute on function event_log.readable(), event_log.is_among(text, text[]), event_log.relay(integer),
      event_log.append(text, text, jsonb, timestamptz), event_log.expire(interval), event_log.prepare_partitions(),
      event_log.put_aside(text, bigint, text, text, boolean, text), event_log.aside(text), event_log.take_up(text, bigint),
      event_log.fail_again(text, bigint, text)
      to ${tx(role)}`
    await tx`delete from event_log.reader where role = ${role} and not type in ${tx(types)}`
    await tx`insert into event_log.reader ${tx(types.map((type) => ({ role, type })))} on conflict do nothing`
  })
}

/** Concurrent grants on one object fail with "tuple concurrently updated", concurrent creation with a duplicate key. */
const lockEventLogSchema = (tx: postgres.TransactionSql) =>
  tx`select pg_advisory_xact_lock(hashtextextended('event_log.schema', 0))`
