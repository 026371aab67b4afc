import { rootOf, statementFor } from './database/session.ts'
import type { Db, Tx } from './database.ts'

/**
 * A statement that is built once per database and kept: building one costs more than sending it. `build` ends in
 * `.prepare(name)`; values come in as `sql.placeholder`. In a transaction it is built for that transaction; what one request
 * sends is sent on its behalf.
 */
export function prepareOnce<Statement>(build: (db: Db | Tx) => Statement): (db: Db | Tx) => Statement {
  const statementOf = prepareEach<'', Statement>((db) => build(db))
  return (db) => statementOf(db, '')
}

/** As `prepareOnce`, for a statement of few forms, for instance with and without a cursor: `form` names the one. */
export function prepareEach<Form extends string, Statement>(
  build: (db: Db | Tx, form: Form) => Statement,
): (db: Db | Tx, form: Form) => Statement {
  const statements = new WeakMap<Db | Tx, Map<Form, Statement>>()
  const statementOf = (db: Db | Tx, form: Form) => {
    let ofDb = statements.get(db)
    if (!ofDb) {
      ofDb = new Map()
      statements.set(db, ofDb)
    }
    const known = ofDb.get(form)
    if (known !== undefined) return known
    const statement = build(db, form)
    ofDb.set(form, statement)
    return statement
  }
  return (db, form) => statementFor(db, statementOf(rootOf(db), form))
}
