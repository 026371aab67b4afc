import { eq } from 'drizzle-orm'
import { bigint, getTableConfig, type PgSchema, text } from 'drizzle-orm/pg-core'
import { createAlarm } from '../alarm.ts'
import type { Database, Tx } from '../database.ts'
import { isUnavailable } from '../errors.ts'
import type { AfterFailure, EventDefinition, PayloadOf } from '../events/define.ts'
import type { Logger } from '../log.ts'
import type { Worker } from '../subgraph.ts'
import { formatCursor, isCursorError, type Position, parseCursor } from './cursor.ts'
import type { EventPage, LoggedEvent } from './event.ts'
import { EventLogFault } from './fault.ts'
import type { EventLog } from './log.ts'
import { findFactPartitions } from './page.ts'
import { decodePayload } from './payload.ts'
import type { ConsumerProgress } from './progress.ts'
import { findSetAside, noteFailedAgain, putAside, takeUp } from './set-aside.ts'

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
/** Attempts at one fact before it is set aside: some ten seconds. */
const TRIES = 10
/** How often a consumer that has set facts aside looks whether they are to be tried again. */
const LOOK_FOR_RETRIES_MS = 2_000
/** How often a position that moved without effects is stored. */
const SETTLE_EVERY_MS = 60_000
const FIRST_BACKOFF_MS = 50
const MAX_BACKOFF_MS = 2_000
/** How often it is logged how far a consumer is that has to catch up, and from how many positions behind. */
const TELL_EVERY_MS = 10_000
const FAR = 10_000

/** What a consumer does with one type of event. */
export type Handler = {
  readonly type: string
  readonly afterFailure: AfterFailure
  handle(tx: Tx, event: LoggedEvent): Promise<unknown>
}

/** Handles the events of `definition` by what they say in their newest version. Throws for one that passes: nothing consumes it. */
export function on<Definition extends EventDefinition>(
  definition: Definition,
  handle: (tx: Tx, payload: PayloadOf<Definition>, event: LoggedEvent) => Promise<unknown>,
): Handler {
  const { type, kept, afterFailure } = definition
  if (kept !== 'FACT') throw new Error(`${type} passes, a consumer would miss it`)
  return { type, afterFailure, handle: (tx, event) => handle(tx, decodePayload(definition, event), event) }
}

export type Consumer = Worker & { progress(): ConsumerProgress }

/**
 * Calls the handler of every fact of its types, in order, each exactly once as far as effects in `tx` go: the position is
 * stored in the same transaction, whose row lock keeps replicas apart. A new consumer begins with the first fact there ever was.
 * A fact that cannot be handled is tried again `TRIES` times, logged each time, and holds up those behind it. Then it is set aside,
 * with those of its stream that wait for it as its registry entry says, until an operator has it tried again: nothing is skipped.
 * One that cannot be read because the database is away or the archive is broken is no fault of the fact: that is tried for ever.
 */
export function createConsumer(options: {
  /** Unique among the consumers that share `positionTable`; another name begins anew. */
  readonly name: string
  readonly database: Database
  readonly events: EventLog
  readonly handlers: readonly Handler[]
  readonly positionTable: ConsumerPositionTable
  readonly log: Logger
  /** Attempts at one fact before it is set aside. */
  readonly tries?: number
}): Consumer {
  const { name, database, events, positionTable: table, tries = TRIES } = options
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
  /** The end of the page that was last tried, and its event if it has only one. */
  let tried = 0n
  let triedAlone: LoggedEvent | null = null
  /** The fact that has failed by itself, and how often. */
  let failing: { readonly pos: bigint; readonly times: number } | null = null
  let batch = BATCH
  /** What follows a page that was full, read while that one is handled. */
  let ahead: { readonly after: string; readonly page: Promise<EventPage> } | null = null
  /** How many facts are set aside, as far as known. */
  let setAside: number | null = null
  let lookedForRetriesAtMs = 0
  let settledAtMs = Number.NEGATIVE_INFINITY
  let toldAtMs = performance.now()

  const reach = (position: Position) => {
    reached = position
    for (const observe of observers) observe()
  }

  const forget = () => {
    stored = null
    reached = null
    ahead = null
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
    setAside = (await findSetAside(database.db, fullName)).length
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
    const partitions = await findFactPartitions(database.sql).catch(() => [])
    const partition = partitions.findLast(({ firstPos }) => firstPos <= event.pos)
    const place = `${event.type} at ${event.pos} (${event.stream} ${event.seq}, partition ${partition?.name ?? 'of the archive'})`
    const message = `${place} cannot be handled`
    return cause instanceof EventLogFault ? new EventLogFault(cause.code, message, { cause }) : new Error(message, { cause })
  }

  /** Runs `act` while no replica handles anything; null if one has gone on from `expected` meanwhile. */
  const alone = <Result>(expected: Position | null, act: (tx: Tx) => Promise<Result>): Promise<Result | null> =>
    database.db.transaction(async (tx) => {
      const [row] = await tx.select().from(table).where(eq(table.name, name)).for('update')
      if (!row) throw new Error(`consumer ${name} has lost its position`)
      return expected && (row.epoch !== expected.epoch || row.pos !== expected.pos) ? null : act(tx)
    })

  const storePosition = (tx: Tx, position: Position) => tx.update(table).set(position).where(eq(table.name, name))

  /** Streams in which facts wait for one that was set aside. Asked only where there may be any. */
  const findWaiting = async (tx: Tx): Promise<ReadonlySet<string>> => {
    const aside = await findSetAside(tx, fullName)
    setAside = aside.length
    return new Set(aside.flatMap(({ blocks, stream }) => (blocks ? [stream] : [])))
  }

  /** Handles `page` and stores its end. Null, with nothing changed, if a replica has gone on from `expected` meanwhile. */
  const apply = (expected: Position, page: EventPage): Promise<Position | null> =>
    alone(expected, async (tx) => {
      // A replica that sets something aside moves the position, so whoever comes here later has asked since.
      const waiting = setAside === 0 ? NOTHING : await findWaiting(tx)
      let waits = 0
      for (const event of page.events) {
        try {
          if (waiting.has(event.stream)) {
            await putAside(tx, fullName, event, { blocks: true, error: null })
            waits++
          } else await handlers.get(event.type)?.handle(tx, event)
        } catch (error) {
          throw await unhandled(event, error)
        }
      }
      const end = parseCursor(page.next)
      await storePosition(tx, end)
      setAside = (setAside ?? 0) + waits
      return end
    })

  /** Goes on from `expected` without `event`, the first fact after it. */
  const goOnWithout = async (expected: Position, event: LoggedEvent, error: unknown): Promise<void> => {
    const blocks = handlers.get(event.type)?.afterFailure !== 'GO_ON'
    await alone(expected, async (tx) => {
      await putAside(tx, fullName, event, { blocks, error: textOf(error) })
      await storePosition(tx, { epoch: expected.epoch, pos: event.pos })
    })
    log.error(
      { err: error, type: event.type, pos: String(event.pos), stream: event.stream, blocks },
      'an event was set aside; mend what it failed by, then `planet events retry`',
    )
  }

  /** Tries what an operator wants to be tried again, in the order of the log; of a stream no more than up to the next failure. */
  const retry = async (): Promise<void> => {
    lookedForRetriesAtMs = performance.now()
    const due = (await findSetAside(database.db, fullName)).filter(({ isDue }) => isDue)
    if (due.length === 0) return
    const failing = new Set<string>()
    const { epoch } = parseCursor(await events.origin())
    for (const aside of due) {
      if (failing.has(aside.stream)) continue
      const after = formatCursor({ epoch, pos: aside.pos - 1n })
      const [event] = (await events.readFacts({ after, types: [aside.type], limit: 1 })).events
      if (event?.pos !== aside.pos) throw new Error(`the fact at ${aside.pos} that was set aside is not there`)
      try {
        await alone(null, async (tx) => {
          // A replica may have been quicker.
          if (await takeUp(tx, fullName, event.pos)) await handlers.get(event.type)?.handle(tx, event)
        })
        log.info({ type: event.type, pos: String(event.pos) }, 'an event that was set aside has been handled')
      } catch (error) {
        if (isUnavailable(error)) throw error
        if (aside.blocks) failing.add(aside.stream)
        await noteFailedAgain(database.db, fullName, event.pos, textOf(error))
        log.error({ err: await unhandled(event, error) }, 'an event that was set aside has failed again')
      }
    }
    setAside = (await findSetAside(database.db, fullName)).length
  }

  /** True if it got any further. */
  const step = async (limit: number): Promise<boolean> => {
    if (!stored || !reached) {
      stored = await loadPosition()
      reach(stored)
      return true
    }
    triedAlone = null
    const page = await readPage(formatCursor(reached), limit)
    const end = parseCursor(page.next)
    if (end.pos === reached.pos) return false
    tried = end.pos
    if (page.events.length === 1) triedAlone = page.events[0] ?? null
    if (page.events.length > 0) {
      stored = await apply(stored, page)
      if (!stored) {
        // What a replica has done, and what it has set aside, the table knows.
        forget()
        return true
      }
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
      if (stored) reach(stored)
      else forget()
    }
    settledAtMs = performance.now()
  }

  /** Waits until there is more to do. */
  const rest = async (from: Position, signal: AbortSignal) => {
    if (setAside !== 0) return events.changed(formatCursor(from), signal, LOOK_FOR_RETRIES_MS)
    if (from.pos === stored?.pos) return events.changed(formatCursor(from), signal)
    const leftMs = settledAtMs + SETTLE_EVERY_MS - performance.now()
    return leftMs > 0 ? events.changed(formatCursor(from), signal, leftMs) : settle()
  }

  const progress = (): ConsumerProgress => {
    const newest = events.newest()
    if (!reached || !newest || newest.epoch !== reached.epoch) {
      return { name: fullName, pos: reached?.pos ?? null, lagEvents: null, lagSeconds: null, setAside }
    }
    const lagEvents = newest.pos > reached.pos ? Number(newest.pos - reached.pos) : 0
    const lagSeconds = lagEvents === 0 ? 0 : reachedLoggedAt && Math.max(0, (Date.now() - reachedLoggedAt.getTime()) / 1000)
    return { name: fullName, pos: reached.pos, lagEvents, lagSeconds, setAside }
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
          if (setAside !== 0 && performance.now() - lookedForRetriesAtMs > LOOK_FOR_RETRIES_MS) await retry()
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
          const isOurs =
            isUnavailable(error) ||
            isCursorError(error) ||
            (error instanceof EventLogFault && error.code !== 'PAYLOAD_UNREADABLE')
          if (!isOurs && tried > carefulUntil) carefulUntil = tried
          if (!isOurs && triedAlone && stored) {
            failing = { pos: triedAlone.pos, times: failing?.pos === triedAlone.pos ? failing.times + 1 : 1 }
            if (failing.times >= tries) {
              await goOnWithout(stored, triedAlone, error).catch((fault: unknown) =>
                log.error({ err: fault }, 'an event could not be set aside'),
              )
              failures = 0
            }
          }
          // The failed call may have committed: the table knows.
          forget()
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

const NOTHING: ReadonlySet<string> = new Set()

/** What an operator reads: the error and what caused it. */
function textOf(error: unknown): string {
  const texts: string[] = []
  for (let cause = error; cause instanceof Error; cause = cause.cause) texts.push(cause.message)
  return texts.join(': ').slice(0, 2_000) || String(error)
}
