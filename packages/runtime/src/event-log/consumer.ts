import { eq } from 'drizzle-orm'
import { bigint, getTableConfig, type PgSchema, text } from 'drizzle-orm/pg-core'
import { createAlarm } from '../alarm.ts'
import type { Database, Tx } from '../database.ts'
import { isUnavailable } from '../errors.ts'
import type { Logger } from '../log.ts'
import type { Worker } from '../subgraph.ts'
import { formatCursor, type Position, parseCursor } from './cursor.ts'
import type { EventPage, LoggedEvent } from './event.ts'
import type { EventLog } from './log.ts'

/** How far each consumer of a subgraph has come; part of the `tables.ts` of every subgraph that consumes. */
export const consumerPositionTable = (schema: PgSchema) =>
  schema.table('consumer_position', {
    name: text('name').primaryKey(),
    epoch: text('epoch').notNull(),
    pos: bigint('pos', { mode: 'bigint' }).notNull(),
  })

export type ConsumerPositionTable = ReturnType<typeof consumerPositionTable>

/** Events per transaction. */
const BATCH = 100
/** How often a position that moved without effects is stored, and the log is told what it need not keep any more. */
const SETTLE_EVERY_MS = 60_000
const FIRST_BACKOFF_MS = 50
const MAX_BACKOFF_MS = 2_000

/**
 * Calls `handle` for every event of `types`, in order, each exactly once as far as effects in `tx` go: the position is
 * stored in the same transaction, whose row lock keeps replicas apart. A new consumer begins with the oldest event kept; what
 * one has not handled is kept for it, also while it does not run.
 * An event that cannot be handled is tried again for ever, logged each time, and holds up those behind it: nothing is skipped.
 */
export function createConsumer(options: {
  /** Unique among the consumers that share `positionTable`; another name begins anew. */
  readonly name: string
  readonly database: Database
  readonly events: EventLog
  readonly types: readonly string[]
  readonly positionTable: ConsumerPositionTable
  readonly log: Logger
  readonly handle: (tx: Tx, event: LoggedEvent) => Promise<void>
}): Worker {
  const { name, database, events, types, positionTable: table, handle } = options
  const log = options.log.child({ consumer: name })
  const alarm = createAlarm()
  const observers = new Set<() => void>()
  const { schema } = getTableConfig(table)
  const fullName = schema === undefined ? name : `${schema}.${name}`
  /** What the table holds, as far as known; null when it has to be asked. */
  let stored: Position | null = null
  /** `stored`, or further where no event mattered. */
  let reached: Position | null = null
  /** The end of the page that was last tried. */
  let tried = 0n
  /** What the log keeps for this consumer comes after it. */
  let held: bigint | null = null
  let settledAtMs = Number.NEGATIVE_INFINITY

  const reach = (position: Position) => {
    reached = position
    for (const observe of observers) observe()
  }

  const hold = async ({ epoch, pos }: Position) => {
    await events.hold(fullName, formatCursor({ epoch, pos }))
    held = pos
  }

  const loadPosition = async (): Promise<Position> => {
    const find = () => database.db.select().from(table).where(eq(table.name, name))
    let [row] = await find()
    await hold(row ?? parseCursor(await events.oldest()))
    if (!row) {
      const oldest = parseCursor(await events.oldest())
      await database.db
        .insert(table)
        .values({ name, ...oldest })
        .onConflictDoNothing()
      ;[row] = await find()
    }
    if (!row) throw new Error(`consumer ${name} has no position`)
    return { epoch: row.epoch, pos: row.pos }
  }

  /** Handles `page` and stores its end; changes nothing if a replica has gone on from `expected` meanwhile. */
  const apply = (expected: Position, page: EventPage): Promise<Position> =>
    database.db.transaction(async (tx) => {
      const [row] = await tx.select().from(table).where(eq(table.name, name)).for('update')
      if (!row) throw new Error(`consumer ${name} has lost its position`)
      if (row.epoch !== expected.epoch || row.pos !== expected.pos) return { epoch: row.epoch, pos: row.pos }
      for (const event of page.events) {
        try {
          await handle(tx, event)
        } catch (error) {
          throw new Error(`${event.type} at ${event.pos} (${event.stream} ${event.seq}) cannot be handled`, { cause: error })
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
    const page = await events.read({ after: formatCursor(reached), types, limit })
    const end = parseCursor(page.next)
    if (end.pos === reached.pos) return false
    tried = end.pos
    if (page.events.length > 0) {
      stored = await apply(stored, page)
      reach(stored)
    } else {
      reach(end)
    }
    return true
  }

  /** Stores how far it came without effects, and lets go of what it has handled. */
  const settle = async () => {
    if (!stored || !reached) return
    if (reached.pos !== stored.pos) {
      stored = await apply(stored, { events: [], next: formatCursor(reached) })
      reach(stored)
    }
    await hold(stored)
    settledAtMs = performance.now()
  }

  /** Waits until there is more to do. */
  const rest = async (from: Position, signal: AbortSignal) => {
    if (from.pos === held) return events.changed(formatCursor(from), signal)
    const leftMs = settledAtMs + SETTLE_EVERY_MS - performance.now()
    return leftMs > 0 ? events.changed(formatCursor(from), signal, leftMs) : settle()
  }

  return {
    name: `consumer-${name}`,
    async run(signal) {
      let failures = 0
      /** After a failure events go one by one up to here, so that those before a bad one are not held up by it. */
      let carefulUntil = 0n
      while (!signal.aborted) {
        const from: Position | null = reached
        try {
          const isCareful = from !== null && from.pos < carefulUntil
          const hasMoved = await step(isCareful ? 1 : BATCH)
          if (hasMoved && from !== null) failures = 0
          if (!hasMoved && reached) await rest(reached, signal)
        } catch (error) {
          if (signal.aborted) break
          failures++
          log.error({ err: error, failures }, 'events could not be handled; trying again')
          if (!isUnavailable(error) && tried > carefulUntil) carefulUntil = tried
          // The failed call may have committed: the table knows.
          stored = null
          reached = null
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
