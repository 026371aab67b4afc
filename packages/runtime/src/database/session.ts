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

/** drizzle on `client`, with server-side prepared statements and with failures that hold neither SQL nor parameters. */
export function drizzleOn(client: postgres.Sql, prepared: Set<string>): PostgresJsDatabase<NoTables> {
  const db = drizzle(client)
  // drizzle has just set codecs of its own.
  setCodecs(client.options)
  const { session } = db as unknown as WithSession
  prepareAll(session, prepared)
  const begin = session.transaction.bind(session)
  session.transaction = (scope, config) => begin((tx) => scope(guarded(tx, prepared)), config)
  return db
}

function guarded(tx: Transaction, prepared: Set<string>): Transaction {
  prepareAll((tx as unknown as WithSession).session, prepared)
  const savepoint = tx.transaction.bind(tx)
  tx.transaction = (scope) => savepoint((inner) => scope(guarded(inner, prepared)))
  return tx
}

function prepareAll(session: Session, prepared: Set<string>): void {
  const prepareQuery = session.prepareQuery.bind(session)
  session.prepareQuery = (query, fields, name, ...rest) => {
    const keep = prepared.has(query.sql) || prepared.size < MAX_PREPARED
    if (keep) prepared.add(query.sql)
    // Any name makes drizzle ask the driver for a prepared statement; the driver names it itself.
    const statement = prepareQuery(query, fields, name ?? (keep ? 'prepared' : undefined), ...rest)
    const execute = statement.execute.bind(statement)
    statement.execute = async (values) => {
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
