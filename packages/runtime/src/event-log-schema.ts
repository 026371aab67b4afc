import { readdirSync, readFileSync } from 'node:fs'
import postgres from 'postgres'

const FOLDER = new URL('./event-log-schema/', import.meta.url)

/** The role of relays and of readers that belong to no subgraph: may position and read events, nothing else. */
export const RELAY_ROLE = 'planet_relay'

/**
 * Brings schema `event_log` of the database of `adminUrl` to the newest version. Idempotent; several may run it at once.
 * The URL's user must be allowed to create schemas and roles.
 */
export async function migrateEventLog(adminUrl: string): Promise<void> {
  const sql = postgres(adminUrl, { max: 1, onnotice: () => {} })
  try {
    await ensureRelayRole(sql)
    await sql.begin(async (tx) => {
      await lockEventLogSchema(tx)
      await tx`create schema if not exists event_log`
      await tx`create table if not exists event_log.migration (name text primary key, applied_at timestamptz not null default now())`
      const applied = new Set((await tx<{ name: string }[]>`select name from event_log.migration`).map((row) => row.name))
      for (const name of readdirSync(FOLDER).sort()) {
        if (applied.has(name)) continue
        await tx.unsafe(readFileSync(new URL(name, FOLDER), 'utf8')).simple()
        await tx`insert into event_log.migration (name) values (${name})`
      }
    })
  } finally {
    await sql.end({ timeout: 5 })
  }
}

/** Lets `role` append events and read them. The schema must exist: call `migrateEventLog` first. */
export async function grantEventLog(admin: postgres.Sql, role: string): Promise<void> {
  await admin.begin(async (tx) => {
    await lockEventLogSchema(tx)
    await tx`grant usage on schema event_log to ${tx(role)}`
    await tx`grant select on event_log.event, event_log.event_head to ${tx(role)}`
    await tx`grant execute on function event_log.append(text, text, jsonb, timestamptz) to ${tx(role)}`
    await tx`grant execute on function event_log.hold(text, bigint) to ${tx(role)}`
  })
}

/** Concurrent grants on one object fail with "tuple concurrently updated", concurrent creation with a duplicate key. */
const lockEventLogSchema = (tx: postgres.TransactionSql) =>
  tx`select pg_advisory_xact_lock(hashtextextended('event_log.schema', 0))`

/** Roles belong to the whole cluster, where no lock of one database helps: a rival may create or grant it in between. */
async function ensureRelayRole(sql: postgres.Sql): Promise<void> {
  await sql`do $$
    begin
      create role planet_relay nologin;
    exception when duplicate_object or unique_violation then null;
    end $$`
  await sql`do $$
    begin
      for attempt in 1..20 loop
        begin
          grant planet_relay to current_user;
          return;
        exception when internal_error or unique_violation then
          perform pg_sleep(0.05);
        end;
      end loop;
      raise exception 'role planet_relay could not be granted to %', current_user;
    end $$`
}
