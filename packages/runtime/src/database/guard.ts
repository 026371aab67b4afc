import type postgres from 'postgres'
import { toParameter } from './codecs.ts'
import { cancelled, toFailure } from './failure.ts'
import type { Slots } from './slots.ts'

/** The parts of the driver's query that its types leave out; the driver is pinned and patched, see `patches/`. */
type Query = {
  handler: (query: Query) => void
  resolve: (result: unknown) => void
  reject: (error: unknown) => void
  cursorFn?: unknown
  /** The connection the query was sent on; null until then. `drop` closes it, and the server then stops the statement. */
  state: { drop(): void } | null
}

type Template = (...args: unknown[]) => unknown
/** Hands a query to the driver, by `send`, once it may be sent. */
type Start = (query: Query, send: (query: Query) => void) => void
type Scope = (sql: postgres.TransactionSql) => unknown

/**
 * The driver's client with what it lacks: a limit to the wait for a connection, cancellation by `signal`, and failures
 * as `toFailure` states them. Deadlines of statements are the driver's (patched) and the server's.
 */
export function guardClient(client: postgres.Sql, slots: Slots, signal: AbortSignal | null): postgres.Sql {
  const start: Start = (query, send) => {
    const free = slots.take()
    if (free) submit(query, send, signal, free)
    else void slots.acquire().then((release) => submit(query, send, signal, release), query.reject)
  }
  const begin = async (...args: unknown[]) => {
    if (signal?.aborted) throw cancelled()
    const release = await slots.acquire()
    try {
      // The callback is the last argument, after the optional transaction mode.
      const scope = args.pop() as Scope
      return await client.begin(String(args[0] ?? ''), (tx) => scope(guardTransaction(tx, signal)))
    } catch (error) {
      throw toFailure(error)
    } finally {
      release()
    }
  }
  const guarded: postgres.Sql = proxyOf(client, (query) => arm(query, start), {
    begin,
    reserve: () => {
      throw new Error('A reserved connection has no deadline: use a transaction.')
    },
    notify: (channel: string, payload: string) => guarded`select pg_notify(${channel}, ${payload})`,
  })
  return guarded
}

function guardTransaction(tx: postgres.TransactionSql, signal: AbortSignal | null): postgres.TransactionSql {
  const start: Start = (query, send) => submit(query, send, signal, () => {})
  return proxyOf(tx, (query) => arm(query, start), {
    savepoint: (...args: unknown[]) => {
      const scope = args.pop() as Scope
      const inner = (deeper: postgres.TransactionSql) => scope(guardTransaction(deeper, signal))
      return typeof args[0] === 'string' ? tx.savepoint(args[0], inner) : tx.savepoint(inner)
    },
  })
}

/** `target` with every query that it makes passed through `armed`, and `members` in place of its own. */
function proxyOf<Target extends postgres.ISql>(
  target: Target,
  armed: (query: unknown) => unknown,
  members: Record<string, unknown>,
): Target {
  const own: Record<string | symbol, unknown> = {
    ...members,
    // The sent parameters may hold arrays and dates, which the driver would otherwise misread.
    unsafe: (text: string, parameters: unknown[] = [], options?: postgres.UnsafeQueryOptions) =>
      // Any value may come in; what cannot be sent fails at the server.
      armed(target.unsafe(text, parameters.map(toParameter) as never[], options)),
  }
  return new Proxy(target, {
    // The target is callable: `ISql` is a template tag.
    apply: (call, _this, args: unknown[]) => armed((call as unknown as Template)(...args)),
    get: (object, key) => (Object.hasOwn(own, key) ? own[key] : Reflect.get(object, key)),
  })
}

/** Puts `start` between the query and the driver; it runs once, when the query is first awaited. */
function arm(query: unknown, start: Start): unknown {
  if (!isQuery(query)) return query
  const send = query.handler
  query.handler = (sent) => start(sent, send)
  return query
}

function submit(query: Query, send: (query: Query) => void, signal: AbortSignal | null, release: () => void): void {
  if (query.cursorFn) {
    release()
    return query.reject(new Error('Cursors hold a connection for longer than any deadline: page by key instead.'))
  }
  const { resolve, reject } = query
  const abort = () => {
    query.reject(cancelled())
    query.state?.drop()
  }
  const settle = () => {
    release()
    signal?.removeEventListener('abort', abort)
  }
  query.resolve = (result) => {
    settle()
    resolve(result)
  }
  query.reject = (error) => {
    settle()
    reject(toFailure(error))
  }
  if (signal?.aborted) return query.reject(cancelled())
  signal?.addEventListener('abort', abort)
  send(query)
}

const isQuery = (value: unknown): value is Query => value instanceof Promise && 'handler' in value && 'canceller' in value
