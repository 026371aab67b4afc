import { channel } from 'node:diagnostics_channel'
import { drizzle, type PostgresJsDatabase, type PostgresJsSession, type PostgresJsTransaction } from 'drizzle-orm/postgres-js'
import type postgres from 'postgres'
import { setCodecs } from './codecs.ts'
import { toFailure } from './failure.ts'

type NoTables = Record<string, never>
type Session = PostgresJsSession<postgres.Sql, NoTables, NoTables>
type Transaction = PostgresJsTransaction<NoTables, NoTables>
/** drizzle's types leave out the session that every database and transaction has. */
type WithSession = { session: Session }

/** Statements kept prepared on a connection; texts beyond it (lists of varying length, say) are parsed every time. */
const MAX_PREPARED = 1000

/** Each statement that is sent through drizzle, with the role that sends it; for whoever counts or traces them. */
export type SentStatement = { readonly role: string | null; readonly text: string }
/** A diagnostics channel of `SentStatement`; nothing is published while nobody subscribes. */
export const STATEMENT_CHANNEL = 'planet.statement'
const statements = channel(STATEMENT_CHANNEL)

/** drizzle on `client`, with server-side prepared statements and with failures that hold neither SQL nor parameters. */
export function drizzleOn(client: postgres.Sql, prepared: Set<string>): PostgresJsDatabase<NoTables> {
  const db = drizzle(client)
  // drizzle has just set codecs of its own.
  setCodecs(client.options)
  const { session } = db as unknown as WithSession
  const own = client.options.connection.role
  const role = own === undefined ? null : String(own)
  prepareAll(session, prepared, role)
  const begin = session.transaction.bind(session)
  session.transaction = (scope, config) => begin((tx) => scope(guarded(tx, prepared, role)), config)
  return db
}

function guarded(tx: Transaction, prepared: Set<string>, role: string | null): Transaction {
  prepareAll((tx as unknown as WithSession).session, prepared, role)
  const savepoint = tx.transaction.bind(tx)
  tx.transaction = (scope) => savepoint((inner) => scope(guarded(inner, prepared, role)))
  return tx
}

function prepareAll(session: Session, prepared: Set<string>, role: string | null): void {
  const prepareQuery = session.prepareQuery.bind(session)
  session.prepareQuery = (query, fields, name, ...rest) => {
    const keep = prepared.has(query.sql) || prepared.size < MAX_PREPARED
    if (keep) prepared.add(query.sql)
    // Any name makes drizzle ask the driver for a prepared statement; the driver names it itself.
    const statement = prepareQuery(query, fields, name ?? (keep ? 'prepared' : undefined), ...rest)
    const execute = statement.execute.bind(statement)
    statement.execute = async (values) => {
      if (statements.hasSubscribers) statements.publish({ role, text: query.sql } satisfies SentStatement)
      try {
        return await execute(values)
      } catch (error) {
        throw toFailure(error)
      }
    }
    // drizzle's own type parameter of the call is lost in the wrapper; the statement is the one it made.
    return statement as never
  }
}
