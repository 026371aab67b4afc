import type postgres from 'postgres'
import type { Abandonment } from './abandonment.ts'
import { toParameter } from './codecs.ts'
import { cancelled, toFailure } from './failure.ts'
import type { Lines } from './lines.ts'
import type { Slots } from './slots.ts'
import { LONG_TICKS, type Running, SLOW_TICKS, type Watch } from './watch.ts'

/** The parts of the driver's query that its types leave out; the driver is pinned and patched, see `patches/`. */
export type Query = {
  handler: (query: Query) => void
  resolve: (result: unknown) => void
  reject: (error: unknown) => void
  cursorFn?: unknown
  /** The connection the query was sent on; null until then. `drop` closes it, and the server then stops the statement. */
  state: { drop(): void } | null
}

type Template = (...args: unknown[]) => unknown
/** Hands a query of `text` (null: not known) to the driver, by `send`, once it may be sent. */
type Start = (query: Query, send: (query: Query) => void, text: string | null) => void
type Scope = (sql: postgres.TransactionSql) => unknown

/** What all guards of one pool share. */
export type Gate = {
  /** As many as there are connections. */
  readonly slots: Slots
  /** As many as there may be transactions: some connections are left for everything else. */
  readonly transactionSlots: Slots
  /** Connections beyond those, for statements that take long: their slots are given to the next in line. */
  readonly spare: Slots
  readonly lines: Lines
  readonly watch: Watch
}

/**
 * The driver's client with what it lacks: a limit to the wait for a connection, cancellation once `abandonment` is aborted,
 * and failures as `toFailure` states them. Deadlines of statements are the driver's (patched) and the server's.
 */
export function guardClient(client: postgres.Sql, gate: Gate, abandonment: Abandonment | null): postgres.Sql {
  const { slots, transactionSlots, spare, lines, watch } = gate
  const sendOn = (
    query: Query,
    send: (query: Query) => void,
    text: string | null,
    slot: () => void,
    ticket: (() => void) | null,
  ) => {
    let giveBack = slot
    let leaveLine = ticket
    submit(query, send, watch, abandonment, {
      onLong() {
        const place = spare.take()
        if (place) {
          slot()
          giveBack = place
        }
        if (text !== null) leaveLine ??= lines.hold(text)
      },
      onEnd() {
        giveBack()
        leaveLine?.()
      },
    })
  }
  const inLine = async (query: Query, send: (query: Query) => void, text: string | null, line: Promise<() => void> | null) => {
    let ticket: (() => void) | null = null
    try {
      ticket = await line
      sendOn(query, send, text, await slots.acquire(), ticket)
    } catch (error) {
      ticket?.()
      query.reject(error)
    }
  }
  const start: Start = (query, send, text) => {
    const line = text === null ? null : lines.enter(text)
    const free = line ? null : slots.take()
    if (free) sendOn(query, send, text, free, null)
    else void inLine(query, send, text, line)
  }
  const begin = async (...args: unknown[]) => {
    if (abandonment?.aborted) throw cancelled()
    const end = await transactionSlots.acquire()
    try {
      const release = await slots.acquire()
      try {
        if (abandonment?.aborted) throw cancelled()
        // The callback is the last argument, after the optional transaction mode.
        const scope = args.pop() as Scope
        return await client.begin(String(args[0] ?? ''), (tx) => scope(guardTransaction(tx, watch, abandonment)))
      } finally {
        release()
      }
    } catch (error) {
      throw toFailure(error)
    } finally {
      end()
    }
  }
  const guarded: postgres.Sql = proxyOf(client, (query, text) => arm(query, start, text), {
    begin,
    reserve: () => {
      throw new Error('A reserved connection has no deadline: use a transaction.')
    },
    notify: (channel: string, payload: string) => guarded`select pg_notify(${channel}, ${payload})`,
  })
  return guarded
}

const nothing = () => {}

function guardTransaction(tx: postgres.TransactionSql, watch: Watch, abandonment: Abandonment | null): postgres.TransactionSql {
  const start: Start = (query, send) => submit(query, send, watch, abandonment, { onLong: nothing, onEnd: nothing })
  return proxyOf(tx, (query) => arm(query, start, null), {
    savepoint: (...args: unknown[]) => {
      const scope = args.pop() as Scope
      const inner = (deeper: postgres.TransactionSql) => scope(guardTransaction(deeper, watch, abandonment))
      return typeof args[0] === 'string' ? tx.savepoint(args[0], inner) : tx.savepoint(inner)
    },
  })
}

/** `target` with every query that it makes passed through `armed`, and `members` in place of its own. */
function proxyOf<Target extends postgres.ISql>(
  target: Target,
  armed: (query: unknown, text: string | null) => unknown,
  members: Record<string, unknown>,
): Target {
  const own: Record<string | symbol, unknown> = {
    ...members,
    // The sent parameters may hold arrays and dates, which the driver would otherwise misread.
    unsafe: (text: string, parameters: unknown[] = [], options?: postgres.UnsafeQueryOptions) =>
      // Any value may come in; what cannot be sent fails at the server.
      armed(target.unsafe(text, parameters.map(toParameter) as never[], options), text),
  }
  return new Proxy(target, {
    // The target is callable: `ISql` is a template tag.
    apply: (call, _this, args: unknown[]) => armed((call as unknown as Template)(...args), null),
    get: (object, key) => (Object.hasOwn(own, key) ? own[key] : Reflect.get(object, key)),
  })
}

/** Puts `start` between the query and the driver; it runs once, when the query is first awaited. */
function arm(query: unknown, start: Start, text: string | null): unknown {
  if (!isQuery(query)) return query
  const send = query.handler
  query.handler = (sent) => start(sent, send, text)
  return query
}

/**
 * Sends `query`. What nobody waits for any more is not sent; what is running then may end, as most do within moments, and
 * is stopped if it takes long.
 */
function submit(
  query: Query,
  send: (query: Query) => void,
  watch: Watch,
  abandonment: Abandonment | null,
  on: { readonly onLong: () => void; readonly onEnd: () => void },
): void {
  if (query.cursorFn) {
    on.onEnd()
    return query.reject(new Error('Cursors hold a connection for longer than any deadline: page by key instead.'))
  }
  const { resolve, reject } = query
  const running: Running = {
    ticks: 0,
    onTick() {
      if (running.ticks === LONG_TICKS) on.onLong()
      if (running.ticks < SLOW_TICKS || !abandonment?.aborted) return
      query.reject(cancelled())
      drop(query)
    },
  }
  let hasEnded = false
  const settle = () => {
    if (hasEnded) return
    hasEnded = true
    watch.remove(running)
    on.onEnd()
  }
  query.resolve = (result) => {
    settle()
    resolve(result)
  }
  query.reject = (error) => {
    settle()
    reject(toFailure(error))
  }
  if (abandonment?.aborted) return query.reject(cancelled())
  watch.add(running)
  send(query)
}

/** Closes the connection that `query` is on, or will be on: the server then stops the statement. */
export function drop(query: Query): void {
  if (query.state) query.state.drop()
  else
    Object.defineProperty(query, 'state', {
      configurable: true,
      set(connection: { drop(): void }) {
        connection.drop()
      },
    })
}

const isQuery = (value: unknown): value is Query => value instanceof Promise && 'handler' in value && 'canceller' in value
