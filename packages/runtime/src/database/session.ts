import { channel } from 'node:diagnostics_channel'
import { is, Param, Placeholder } from 'drizzle-orm'
import { drizzle, type PostgresJsDatabase, type PostgresJsSession, type PostgresJsTransaction } from 'drizzle-orm/postgres-js'
import type postgres from 'postgres'
import type { Abandonment } from './abandonment.ts'
import { setCodecs } from './codecs.ts'
import { toFailure } from './failure.ts'
import type { Lanes, Rows } from './lanes.ts'
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
type Values = Record<string, unknown>
/** Sends the statement, for a request or for nobody in particular. */
type Send = (values: Values | undefined, request: RequestView | null) => Promise<unknown>

/** Statements kept prepared on a connection; texts beyond it (lists of varying length, say) are parsed every time. */
const MAX_PREPARED = 1000

/** Each statement that is sent through drizzle, with the role that sends it; for whoever counts or traces them. */
export type SentStatement = { readonly role: string | null; readonly text: string }
/** A diagnostics channel of `SentStatement`; nothing is published while nobody subscribes. */
export const STATEMENT_CHANNEL = 'planet.statement'
const statements = channel(STATEMENT_CHANNEL)

/** Where statements of one database go. */
type Target = {
  readonly prepared: Set<string>
  /** The login; null is an administrator. */
  readonly role: string | null
  /** For reads that are kept and sent again outside of transactions. */
  readonly lanes: Lanes | null
}

/** For which request statements are sent. */
type RequestView = { readonly abandonment: Abandonment; readonly client: postgres.Sql }

/** How a statement is sent for a request. */
const sendFor = new WeakMap<object, Send>()

type Db = PostgresJsDatabase<NoTables>

/** drizzle on `client`, with server-side prepared statements and with failures that hold neither SQL nor parameters. */
export function drizzleOn(client: postgres.Sql, target: Target): Db {
  const db = drizzle(client)
  // drizzle has just set codecs of its own.
  setCodecs(client.options)
  const { session } = db as unknown as WithSession
  prepareAll(session, target)
  const inTransaction = { ...target, lanes: null }
  const begin = session.transaction.bind(session)
  session.transaction = (scope, config) => begin((tx) => scope(guarded(tx, inTransaction)), config)
  return db
}

const VIEW = Symbol('view')
type View = RequestView & { readonly root: object }
const viewOf = (db: object): View | undefined => (db as { readonly [VIEW]?: View })[VIEW]

/**
 * Makes `root` as one request sees it: `open` gives the client for what the request sends, except that statements of
 * `prepareOnce` stay those of `root`. Nothing is made before it is asked for.
 */
export function createViews(
  root: Db,
  open: (abandonment: Abandonment) => postgres.Sql,
  target: Omit<Target, 'lanes'>,
): (abandonment: Abandonment) => Db {
  class RequestDb implements View {
    readonly abandonment: Abandonment
    #client: postgres.Sql | null = null
    #session: Session | null = null

    constructor(abandonment: Abandonment) {
      this.abandonment = abandonment
    }

    get [VIEW](): View {
      return this
    }

    get root(): Db {
      return root
    }

    get client(): postgres.Sql {
      this.#client ??= open(this.abandonment)
      return this.#client
    }

    /** All of drizzle's methods ask for it. */
    get session(): Session {
      this.#session ??= (drizzleOn(this.client, { ...target, lanes: null }) as unknown as WithSession).session
      return this.#session
    }
  }
  Object.setPrototypeOf(RequestDb.prototype, root)
  // It has everything of `root`, by its prototype.
  return (abandonment) => new RequestDb(abandonment) as unknown as Db
}

/** What keeps statements for `db`: of a request's, the database it is a view of. */
export const rootOf = <Owner extends object>(db: Owner): Owner => (viewOf(db)?.root as Owner | undefined) ?? db

/** `statement`, which was built for `rootOf(db)`, as to be sent for `db`. */
export function statementFor<Statement>(db: object, statement: Statement): Statement {
  const view = viewOf(db)
  if (!view || typeof statement !== 'object' || statement === null) return statement
  const send = sendFor.get(statement)
  if (!send) throw new Error('only what `prepare` makes can be kept')
  return Object.assign(Object.create(statement), { execute: (values?: Values) => send(values, view) })
}

function guarded(tx: Transaction, target: Target): Transaction {
  prepareAll((tx as unknown as WithSession).session, target)
  const savepoint = tx.transaction.bind(tx)
  tx.transaction = (scope) => savepoint((inner) => scope(guarded(inner, target)))
  return tx
}

function prepareAll(session: Session, { prepared, role, lanes }: Target): void {
  const prepareQuery = session.prepareQuery.bind(session)
  session.prepareQuery = (query, fields, name, ...rest) => {
    const keep = prepared.has(query.sql) || prepared.size < MAX_PREPARED
    if (keep) prepared.add(query.sql)
    // Any name makes drizzle ask the driver for a prepared statement; the driver names it itself.
    const statement = prepareQuery(query, fields, name ?? (keep ? 'prepared' : undefined), ...rest)
    const [, customMapper] = rest
    const byDrizzle = statement.execute
    const whole: Send = (values, request) => {
      const sent: typeof statement = request ? Object.create(statement, { client: { value: request.client } }) : statement
      return byDrizzle.call(sent, values).catch((error: unknown) => {
        throw toFailure(error)
      })
    }
    // Those that give no rows of fields, and relational queries, go drizzle's way.
    const send = fields && !customMapper ? readLean(statement as unknown as Prepared, keep, whole, lanes) : whole
    const told: Send = (values, request) => {
      if (statements.hasSubscribers) statements.publish({ role, text: query.sql } satisfies SentStatement)
      return send(values, request)
    }
    statement.execute = (values) => told(values, null)
    sendFor.set(statement, told)
    // drizzle's own type parameter of the call is lost in the wrapper; the statement is the one it made.
    return statement as never
  }
}

/**
 * A statement that is sent again and again is sent without drizzle's spans, and its rows are read by a function made for
 * them. The first time is left to drizzle: of most statements there is no second.
 */
function readLean(statement: Prepared, prepare: boolean, whole: Send, lanes: Lanes | null): Send {
  let send: Send | null = null
  let isFirst = true
  return (values, request) => {
    if (isFirst) {
      isFirst = false
      return whole(values, request)
    }
    send ??= leanSend(statement, prepare, lanes) ?? whole
    return send(values, request)
  }
}

/** What may be asked again elsewhere. */
const isRead = (text: string) => /^\(*select\b/i.test(text)

function leanSend(
  { client, queryString: text, params, fields, joinsNotNullableMap }: Prepared,
  prepare: boolean,
  lanes: Lanes | null,
): Send | null {
  const map = compileRowMapper(fields, joinsNotNullableMap)
  if (!map) return null
  const parameters = params.map(parameterOf)
  const lanesOfReads = lanes && isRead(text) ? lanes : null
  const read = (rows: Rows) => {
    const read: unknown[] = []
    for (const row of rows) read.push(map(row))
    return read
  }
  return (given = {}, request) => {
    const values = parameters.map((valueIn) => valueIn(given))
    // Any value may come in; what cannot be sent fails at the server.
    const alone = async () => (request?.client ?? client).unsafe(text, values as never[], { prepare }).values()
    const rows = lanesOfReads ? lanesOfReads.read({ text, values, prepare }, request?.abandonment ?? null, alone) : alone()
    return rows.then(read)
  }
}

/** What gives the value to send for one of drizzle's parameters. */
function parameterOf(param: unknown): (values: Values) => unknown {
  const placeholder = is(param, Param) ? param.value : param
  if (!is(placeholder, Placeholder)) return () => param
  const { name } = placeholder
  const encode = is(param, Param) ? (value: unknown) => param.encoder.mapToDriverValue(value) : (value: unknown) => value
  return (values) => {
    if (!(name in values)) throw new Error(`a statement lacks the value ${name}`)
    return encode(values[name])
  }
}
