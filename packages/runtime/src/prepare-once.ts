import type { Db, Tx } from './database.ts'

/**
 * A statement that is built once per database and kept: building one costs more than sending it. `build` ends in
 * `.prepare(name)`; values come in as `sql.placeholder`. In a transaction it is built for that transaction.
 */
export function prepareOnce<Statement>(build: (db: Db | Tx) => Statement): (db: Db | Tx) => Statement {
  const statements = new WeakMap<Db | Tx, Statement>()
  return (db) => {
    const known = statements.get(db)
    if (known) return known
    const statement = build(db)
    statements.set(db, statement)
    return statement
  }
}
