import { channel } from 'node:diagnostics_channel'
import { is, Param, Placeholder } from 'drizzle-orm'
import { drizzle, type PostgresJsDatabase, type PostgresJsSession, type PostgresJsTransaction } from 'drizzle-orm/postgres-js'
import type postgres from 'postgres'
import { setCodecs } from './codecs.ts'
import { toFailure } from './failure.ts'
import { compileRowMapper, type NotNullable, type SelectedField } from './row-mapper.ts'

type NoTables = Record<string, never>
type Session = PostgresJsSession<postgres.Sql, NoTables, NoTables>
type Transaction = PostgresJsTransaction<NoTables, NoTables>
/** drizzle's types leave out the session that every database and transaction has. */
type WithSession = { session: Session }
/** What drizzle's types leave out of a prepared statement. */
type Prepared = {
  readonly client: postgres.Sql
  readonly queryString: string
  readonly params: readonly unknown[]
  readonly fields: readonly SelectedField[]
  /** Set after the statement is made. */
  readonly joinsNotNullableMap: NotNullable
}
type Send = (values?: Record<string, unknown>) => Promise<unknown>

/** Statements kept prepared on a connection; texts beyond it (lists of varying length, say) are parsed every time. */
const MAX_PREPARED = 1000

/** Each statement that is sent through drizzle, with the role that sends it; for whoever counts or traces them. */
export type SentStatement = { readonly role: string | null; readonly text: string }
/** A diagnostics channel of `SentStatement`; nothing is published while nobody subscribes. */
export const STATEMENT_CHANNEL = 'planet.statement'
const statements = channel(STATEMENT_CHANNEL)

/**
 * drizzle on `client`, with server-side prepared statements and with failures that hold neither SQL nor parameters.
 * Statements that are kept and sent again outside of transactions go to `lanes`, if there are any.
 */
export function drizzleOn(client: postgres.Sql, prepared: Set<string>, lanes: postgres.Sql | null): PostgresJsDatabase<NoTables> {
  const db = drizzle(client)
  // drizzle has just set codecs of its own.
  setCodecs(client.options)
  if (lanes) setCodecs(lanes.options)
  const { session } = db as unknown as WithSession
  const own = client.options.connection.role
  const role = own === undefined ? null : String(own)
  prepareAll(session, prepared, role, lanes)
  const begin = session.transaction.bind(session)
  session.transaction = (scope, config) => begin((tx) => scope(guarded(tx, prepared, role)), config)
  return db
}

function guarded(tx: Transaction, prepared: Set<string>, role: string | null): Transaction {
  prepareAll((tx as unknown as WithSession).session, prepared, role, null)
  const savepoint = tx.transaction.bind(tx)
  tx.transaction = (scope) => savepoint((inner) => scope(guarded(inner, prepared, role)))
  return tx
}

function prepareAll(session: Session, prepared: Set<string>, role: string | null, lanes: postgres.Sql | null): void {
  const prepareQuery = session.prepareQuery.bind(session)
  session.prepareQuery = (query, fields, name, ...rest) => {
    const keep = prepared.has(query.sql) || prepared.size < MAX_PREPARED
    if (keep) prepared.add(query.sql)
    // Any name makes drizzle ask the driver for a prepared statement; the driver names it itself.
    const statement = prepareQuery(query, fields, name ?? (keep ? 'prepared' : undefined), ...rest)
    const [, customMapper] = rest
    const byDrizzle = statement.execute.bind(statement)
    const whole: Send = (values) =>
      byDrizzle(values).catch((error: unknown) => {
        throw toFailure(error)
      })
    // Those that give no rows of fields, and relational queries, go drizzle's way.
    const send = fields && !customMapper ? readLean(statement as unknown as Prepared, keep, whole, lanes) : whole
    statement.execute = (values) => {
      if (statements.hasSubscribers) statements.publish({ role, text: query.sql } satisfies SentStatement)
      return send(values)
    }
    // drizzle's own type parameter of the call is lost in the wrapper; the statement is the one it made.
    return statement as never
  }
}

/**
 * A statement that is sent again and again is sent without drizzle's spans, and its rows are read by a function made for
 * them. The first time is left to drizzle: of most statements there is no second.
 */
function readLean(statement: Prepared, prepare: boolean, whole: Send, lanes: postgres.Sql | null): Send {
  let send: Send | null = null
  let isFirst = true
  return (values) => {
    if (isFirst) {
      isFirst = false
      return whole(values)
    }
    send ??= leanSend(statement, prepare, lanes) ?? whole
    return send(values)
  }
}

function leanSend(
  { client, queryString, params, fields, joinsNotNullableMap }: Prepared,
  prepare: boolean,
  lanes: postgres.Sql | null,
): Send | null {
  const map = compileRowMapper(fields, joinsNotNullableMap)
  if (!map) return null
  const parameters = params.map(parameterOf)
  const read = (rows: readonly (readonly unknown[])[]) => {
    const read: unknown[] = []
    for (const row of rows) read.push(map(row))
    return read
  }
  return (values = {}) => {
    // Any value may come in; what cannot be sent fails at the server.
    const sent = parameters.map((valueIn) => valueIn(values)) as never[]
    return (lanes ?? client).unsafe(queryString, sent, { prepare }).values().then(read)
  }
}

/** What gives the value to send for one of drizzle's parameters. */
function parameterOf(param: unknown): (values: Record<string, unknown>) => unknown {
  const placeholder = is(param, Param) ? param.value : param
  if (!is(placeholder, Placeholder)) return () => param
  const { name } = placeholder
  const encode = is(param, Param) ? (value: unknown) => param.encoder.mapToDriverValue(value) : (value: unknown) => value
  return (values) => {
    if (!(name in values)) throw new Error(`a statement lacks the value ${name}`)
    return encode(values[name])
  }
}
