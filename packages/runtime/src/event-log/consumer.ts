import { eq } from 'drizzle-orm'
import { bigint, getTableConfig, type PgSchema, text } from 'drizzle-orm/pg-core'
import { createAlarm } from '../alarm.ts'
import type { Database, Tx } from '../database.ts'
import { isUnavailable } from '../errors.ts'
import type { EventDefinition, PayloadOf } from '../events/define.ts'
import type { Logger } from '../log.ts'
import type { Worker } from '../subgraph.ts'
import { formatCursor, type Position, parseCursor } from './cursor.ts'
import type { EventPage, LoggedEvent } from './event.ts'
import { EventLogFault } from './fault.ts'
import type { EventLog } from './log.ts'
import { findPartition } from './page.ts'
import { decodePayload } from './payload.ts'
import type { ConsumerProgress } from './progress.ts'

/** How far each consumer of a subgraph has come; part of the `tables.ts` of every subgraph that consumes. */
export const consumerPositionTable = (schema: PgSchema) =>
  schema.table('consumer_position', {
    name: text('name').primaryKey(),
    epoch: text('epoch').notNull(),
    pos: bigint('pos', { mode: 'bigint' }).notNull(),
  })

export type ConsumerPositionTable = ReturnType<typeof consumerPositionTable>

/** Events per transaction: near the head, and on the way there. */
const BATCH = 100
const LARGEST_BATCH = 1_000
/** How often a position that moved without effects is stored. */
const SETTLE_EVERY_MS = 60_000
const FIRST_BACKOFF_MS = 50
const MAX_BACKOFF_MS = 2_000
/** How often it is logged how far a consumer is that has to catch up, and from how many positions behind. */
const TELL_EVERY_MS = 10_000
const FAR = 10_000

/** What a consumer does with one type of event. */
export type Handler = { readonly type: string; handle(tx: Tx, event: LoggedEvent): Promise<unknown> }

/** Handles the events of `definition` by what they say in their newest version. Throws for one that passes: nothing consumes it. */
export function on<Definition extends EventDefinition>(
  definition: Definition,
  handle: (tx: Tx, payload: PayloadOf<Definition>, event: LoggedEvent) => Promise<unknown>,
): Handler {
  const { type, kept } = definition
  if (kept !== 'FACT') throw new Error(`${type} passes, a consumer would miss it`)
  return { type, handle: (tx, event) => handle(tx, decodePayload(definition, event), event) }
}

export type Consumer = Worker & { progress(): ConsumerProgress }

/**
 * Calls the handler of every fact of its types, in order, each exactly once as far as effects in `tx` go: the position is
 * stored in the same transaction, whose row lock keeps replicas apart. A new consumer begins with the first fact there ever was.
 * An event that cannot be handled is tried again for ever, logged each time, and holds up those behind it: nothing is skipped.
 */
export function createConsumer(options: {
  /** Unique among the consumers that share `positionTable`; another name begins anew. */
  readonly name: string
  readonly database: Database
  readonly events: EventLog
  readonly handlers: readonly Handler[]
  readonly positionTable: ConsumerPositionTable
  readonly log: Logger
}): Consumer {
  const { name, database, events, positionTable: table } = options
  const handlers = new Map(options.handlers.map((handler) => [handler.type, handler]))
  const types = [...handlers.keys()]
  const log = options.log.child({ consumer: name })
  const alarm = createAlarm()
  const observers = new Set<() => void>()
  const { schema } = getTableConfig(table)
  const fullName = schema === undefined ? name : `${schema}.${name}`
  /** What the table holds, as far as known; null when it has to be asked. */
  let stored: Position | null = null
  /** `stored`, or further where no event mattered. */
  let reached: Position | null = null
  /** When the newest event that was handled was logged. */
  let reachedLoggedAt: Date | null = null
  /** The end of the page that was last tried. */
  let tried = 0n
  let batch = BATCH
  /** What follows a page that was full, read while that one is handled. */
  let ahead: { readonly after: string; readonly page: Promise<EventPage> } | null = null
  let settledAtMs = Number.NEGATIVE_INFINITY
  let toldAtMs = performance.now()

  const reach = (position: Position) => {
    reached = position
    for (const observe of observers) observe()
  }

  const loadPosition = async (): Promise<Position> => {
    const find = () => database.db.select().from(table).where(eq(table.name, name))
    let [row] = await find()
    if (!row) {
      await database.db
        .insert(table)
        .values({ name, ...parseCursor(await events.origin()) })
        .onConflictDoNothing()
      ;[row] = await find()
    }
    if (!row) throw new Error(`consumer ${name} has no position`)
    return { epoch: row.epoch, pos: row.pos }
  }

  const readPage = async (after: string, limit: number): Promise<EventPage> => {
    const known = ahead?.after === after ? ahead.page : null
    ahead = null
    const page = await (known ?? events.readFacts({ after, types, limit }))
    if (limit > 1 && page.events.length >= limit) {
      batch = Math.min(2 * batch, LARGEST_BATCH)
      ahead = { after: page.next, page: events.readFacts({ after: page.next, types, limit: batch }) }
      ahead.page.catch(() => {})
    } else batch = BATCH
    return page
  }

  /** What went wrong with `event`, and where it stands, for whoever has to mend it. */
  const unhandled = async (event: LoggedEvent, cause: unknown) => {
    const partition = await findPartition(database.sql, event.pos).catch(() => null)
    const place = `${event.type} at ${event.pos} (${event.stream} ${event.seq}, partition ${partition ?? 'of the archive'})`
    const message = `${place} cannot be handled`
    return cause instanceof EventLogFault ? new EventLogFault(cause.code, message, { cause }) : new Error(message, { cause })
  }

  /** Handles `page` and stores its end; changes nothing if a replica has gone on from `expected` meanwhile. */
  const apply = (expected: Position, page: EventPage): Promise<Position> =>
    database.db.transaction(async (tx) => {
      const [row] = await tx.select().from(table).where(eq(table.name, name)).for('update')
      if (!row) throw new Error(`consumer ${name} has lost its position`)
      if (row.epoch !== expected.epoch || row.pos !== expected.pos) return { epoch: row.epoch, pos: row.pos }
      for (const event of page.events) {
        try {
          await handlers.get(event.type)?.handle(tx, event)
        } catch (error) {
          throw await unhandled(event, error)
        }
      }
      const end = parseCursor(page.next)
      await tx.update(table).set(end).where(eq(table.name, name))
      return end
    })

  /** True if it got any further. */
  const step = async (limit: number): Promise<boolean> => {
    if (!stored || !reached) {
      stored = await loadPosition()
      reach(stored)
      return true
    }
    const page = await readPage(formatCursor(reached), limit)
    const end = parseCursor(page.next)
    if (end.pos === reached.pos) return false
    tried = end.pos
    if (page.events.length > 0) {
      stored = await apply(stored, page)
      reachedLoggedAt = page.events.at(-1)?.loggedAt ?? null
      reach(stored)
    } else {
      reach(end)
    }
    return true
  }

  /** Stores how far it came without effects. */
  const settle = async () => {
    if (!stored || !reached) return
    if (reached.pos !== stored.pos) {
      stored = await apply(stored, { events: [], next: formatCursor(reached) })
      reach(stored)
    }
    settledAtMs = performance.now()
  }

  /** Waits until there is more to do. */
  const rest = async (from: Position, signal: AbortSignal) => {
    if (from.pos === stored?.pos) return events.changed(formatCursor(from), signal)
    const leftMs = settledAtMs + SETTLE_EVERY_MS - performance.now()
    return leftMs > 0 ? events.changed(formatCursor(from), signal, leftMs) : settle()
  }

  const progress = (): ConsumerProgress => {
    const newest = events.newest()
    if (!reached || !newest || newest.epoch !== reached.epoch) {
      return { name: fullName, pos: reached?.pos ?? null, lagEvents: null, lagSeconds: null }
    }
    const lagEvents = newest.pos > reached.pos ? Number(newest.pos - reached.pos) : 0
    const lagSeconds = lagEvents === 0 || !reachedLoggedAt ? 0 : Math.max(0, (Date.now() - reachedLoggedAt.getTime()) / 1000)
    return { name: fullName, pos: reached.pos, lagEvents, lagSeconds }
  }

  const tellProgress = () => {
    if (performance.now() - toldAtMs < TELL_EVERY_MS) return
    toldAtMs = performance.now()
    const { pos, lagEvents, lagSeconds } = progress()
    if (lagEvents !== null && lagEvents >= FAR)
      log.info({ pos: String(pos), lagEvents, lagSeconds }, 'the consumer is catching up')
  }

  return {
    name: `consumer-${name}`,
    progress,
    async run(signal) {
      let failures = 0
      /** After a failure events go one by one up to here, so that those before a bad one are not held up by it. */
      let carefulUntil = 0n
      while (!signal.aborted) {
        const from: Position | null = reached
        try {
          const isCareful = from !== null && from.pos < carefulUntil
          const hasMoved = await step(isCareful ? 1 : batch)
          tellProgress()
          if (hasMoved && from !== null) failures = 0
          if (!hasMoved && reached) await rest(reached, signal)
        } catch (error) {
          if (signal.aborted) break
          failures++
          log.error(
            { err: error, failures, ...(error instanceof EventLogFault ? { code: error.code } : {}) },
            'events could not be handled; trying again',
          )
          if (!isUnavailable(error) && tried > carefulUntil) carefulUntil = tried
          // The failed call may have committed: the table knows.
          stored = null
          reached = null
          ahead = null
          await alarm.wait(Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.min(failures, 10)), signal)
        }
      }
    },
    async idle() {
      const head = parseCursor(await events.settled())
      await new Promise<void>((resolve) => {
        const observe = () => {
          if (!reached || reached.epoch !== head.epoch || reached.pos < head.pos) return
          observers.delete(observe)
          resolve()
        }
        observers.add(observe)
        observe()
      })
    },
  }
}
