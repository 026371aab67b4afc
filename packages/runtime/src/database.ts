import { readMigrationFiles } from 'drizzle-orm/migrator'
import type { PostgresJsDatabase } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
import type { Abandonment } from './database/abandonment.ts'
import { setCodecs } from './database/codecs.ts'
import { type Gate, guardClient } from './database/guard.ts'
import { createLanes } from './database/lanes.ts'
import { createLines } from './database/lines.ts'
import { loginUrl } from './database/login.ts'
import { ensureLogin } from './database/roles.ts'
import { createViews, drizzleOn } from './database/session.ts'
import { createSlots } from './database/slots.ts'
import { createWatch } from './database/watch.ts'
import { grantEventLog } from './event-log/schema.ts'

export type Db = PostgresJsDatabase<Record<string, never>>
/** What the callback of `db.transaction` gets; a query function takes `Db | Tx`. */
export type Tx = Parameters<Parameters<Db['transaction']>[0]>[0]

/** Who waits for the answer: each has a pool of its own, so that one cannot starve another. */
export type Audience = 'interactive' | 'analyst' | 'relay'

export type Database = {
  readonly db: Db
  /** The driver itself, for `listen` and the like; guarded as `db` is. */
  readonly sql: postgres.Sql
  /**
   * `db` for one request. Once `abandonment` is aborted nothing more is sent, and what is running is stopped at the server
   * within a second; both are UNAVAILABLE.
   */
  cancelOnAbort(abandonment: Abandonment): Db
  /** Waits up to 5 s for what is running, then cuts it off. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

export type DatabaseOptions = {
  readonly url: string
  /** The login of every connection, see `loginUrl`; null is the URL's user. */
  readonly role: string | null
  readonly audience: Audience
  /** Given, there are none in reserve for statements that take long. */
  readonly maxConnections?: number
  /** How long the server works on one statement. The client gives up `GRACE_MS` later. */
  readonly statementTimeoutMs?: number
  /** How long a call waits for a free connection. */
  readonly waitLimitMs?: number
  readonly applicationName?: string
  /** `generic` where every statement asks by key, whatever its values; the default where callers wait. */
  readonly plans?: 'generic' | 'auto'
}

type Limits = {
  readonly maxConnections: number
  /** Beyond `maxConnections`, while as many statements take long. */
  readonly spareConnections: number
  readonly statementTimeoutMs: number
  readonly waitLimitMs: number
}

/** With the grace and the wait, an interactive call is answered within 5 s whatever happens to the server. */
const LIMITS: Record<Audience, Limits> = {
  interactive: { maxConnections: 14, spareConnections: 6, statementTimeoutMs: 3_000, waitLimitMs: 1_000 },
  analyst: { maxConnections: 4, spareConnections: 0, statementTimeoutMs: 60_000, waitLimitMs: 10_000 },
  relay: { maxConnections: 2, spareConnections: 0, statementTimeoutMs: 10_000, waitLimitMs: 10_000 },
}
/** Of the connections, for transactions: what waits for a lock in one leaves the others to those who read. */
const TRANSACTIONS = 0.72
/** Statements of one text at a time, while one of them takes long. */
const LINE_WIDTH = 3

const LANES = 2
const IN_FLIGHT_PER_LANE = 16

const GRACE_MS = 1_000
const CONNECT_TIMEOUT_S = 2
const IDLE_IN_TRANSACTION_MS = 5_000
/** A server back from a restart is found again within this time. */
const MAX_BACKOFF_S = 0.2

/**
 * A pool of connections. Nothing is connected before the first query. Calls fail with UNAVAILABLE while the database is
 * down, when no connection comes free within the wait limit, and when a statement is over its deadline. A statement that
 * waits at the server holds up those of its own text, and nobody else.
 */
export function openDatabase(options: DatabaseOptions): Database {
  const { maxConnections, spareConnections, statementTimeoutMs, waitLimitMs } = limitsOf(options)
  const login = options.role === null ? options.url : loginUrl(options.url, options.role)
  const connect = (max: number) => {
    const client = postgres(login, {
      max,
      prepare: true,
      fetch_types: false,
      onnotice: () => {},
      connect_timeout: CONNECT_TIMEOUT_S,
      query_timeout: (statementTimeoutMs + GRACE_MS) / 1000,
      backoff: (failures: number) => Math.min(0.02 * 2 ** failures, MAX_BACKOFF_S),
      connection: connectionOf(options, statementTimeoutMs),
    })
    setCodecs(client.options)
    return client
  }
  const client = connect(maxConnections + spareConnections)
  const watch = createWatch()
  const lines = createLines(LINE_WIDTH, waitLimitMs)
  const gate: Gate = {
    slots: createSlots(maxConnections, waitLimitMs),
    transactionSlots: createSlots(Math.max(1, Math.floor(maxConnections * TRANSACTIONS)), waitLimitMs),
    spare: createSlots(spareConnections, 0),
    lines,
    watch,
  }
  const lanes =
    options.audience === 'interactive'
      ? createLanes({
          count: LANES,
          connect: () => connect(1),
          slots: createSlots(LANES * IN_FLIGHT_PER_LANE, waitLimitMs),
          lines,
          watch,
        })
      : null
  const prepared = new Set<string>()
  const sql = guardClient(client, gate, null)
  const db = drizzleOn(sql, { prepared, role: options.role, lanes })
  const close = async () => {
    gate.slots.close()
    gate.transactionSlots.close()
    await Promise.all([client.end({ timeout: 5 }), lanes?.close()])
  }
  return {
    db,
    sql,
    cancelOnAbort: createViews(db, (abandonment) => guardClient(client, gate, abandonment), { prepared, role: options.role }),
    close,
    [Symbol.asyncDispose]: close,
  }
}

const limitsOf = ({ audience, maxConnections, ...options }: DatabaseOptions): Limits => ({
  ...LIMITS[audience],
  ...(maxConnections === undefined ? {} : { maxConnections, spareConnections: 0 }),
  ...defined(options),
})

/** What the server is told at the start of every connection. */
const connectionOf = (
  { audience, applicationName, plans = audience === 'interactive' ? 'generic' : 'auto' }: DatabaseOptions,
  statementTimeoutMs: number,
) => ({
  application_name: applicationName ?? `planet ${audience}`,
  statement_timeout: statementTimeoutMs,
  idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
  // The server notices within this time that we have dropped the connection, and stops the statement.
  client_connection_check_interval: '500ms',
  TimeZone: 'UTC',
  // Planning each statement anew would cost the server more than running it.
  ...(plans === 'generic' ? { plan_cache_mode: 'force_generic_plan' } : {}),
})

const defined = ({ statementTimeoutMs, waitLimitMs }: Pick<DatabaseOptions, 'statementTimeoutMs' | 'waitLimitMs'>) => ({
  ...(statementTimeoutMs === undefined ? {} : { statementTimeoutMs }),
  ...(waitLimitMs === undefined ? {} : { waitLimitMs }),
})

/** The role that owns schema `name` and sees nothing else but the event log. */
export const roleOf = (name: string) => `planet_${name}`

/**
 * Creates the login `planet_<name>` and the schema `<name>` it owns where they are missing, and lets it append its own events
 * and read those and the types that it `consumes`, if there is an event log. Idempotent; several may run at once. The URL's
 * user must be allowed to create roles and schemas.
 */
export async function ensureRoleAndSchema(adminUrl: string, name: string, consumes: readonly string[] = []): Promise<void> {
  const role = roleOf(name)
  await using database = openDatabase({ url: adminUrl, role: null, audience: 'relay', maxConnections: 1 })
  await ensureLogin(database.sql, adminUrl, role)
  await database.sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(hashtextextended(${`planet.schema.${name}`}, 0))`
    const [found] = await tx`select from pg_namespace where nspname = ${name}`
    if (!found) await tx`create schema ${tx(name)} authorization ${tx(role)}`
  })
  const [eventLog] = await database.sql`select from pg_namespace where nspname = 'event_log'`
  if (eventLog) await grantEventLog(database.sql, role, consumes)
}

/**
 * Applies the migrations of a subgraph that its database has not seen, as role `planet_<name>`, in one transaction
 * under an advisory lock: several starters may call it at once. The journal is the table `__drizzle_migrations` of
 * schema `<name>`. Throws if a migration was edited after it had been applied.
 */
export async function migrate(options: { url: string; name: string; migrationsFolder: string }): Promise<void> {
  const { url, name, migrationsFolder } = options
  const migrations = readMigrationFiles({ migrationsFolder })
  await using database = openDatabase({ url, role: roleOf(name), audience: 'analyst', maxConnections: 1 })
  await database.sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(hashtextextended(${`planet.migrate.${name}`}, 0))`
    const journal = tx`${tx(name)}.__drizzle_migrations`
    await tx`create table if not exists ${journal} (id serial primary key, hash text not null, created_at bigint)`
    const applied = new Map(
      (await tx<{ hash: string; created_at: string }[]>`select hash, created_at from ${journal}`).map((row) => [
        Number(row.created_at),
        row.hash,
      ]),
    )
    for (const { folderMillis, hash, sql } of migrations) {
      const earlier = applied.get(folderMillis)
      if (earlier !== undefined && earlier !== hash)
        throw new Error(`A migration of ${name} was edited after it had been applied.`)
      if (earlier !== undefined) continue
      for (const statement of sql) await tx.unsafe(withoutSchema(statement, name))
      await tx`insert into ${journal} (hash, created_at) values (${hash}, ${folderMillis})`
    }
  })
}

/** drizzle-kit creates the schema in the first migration; here it exists before, and the role may not create any. */
const withoutSchema = (statement: string, name: string) =>
  statement.replace(new RegExp(`^\\s*create schema (if not exists )?"?${name}"?;\\s*$`, 'im'), '')
