import type postgres from 'postgres'
import type { Abandonment } from './abandonment.ts'
import { toParameter } from './codecs.ts'
import { cancelled, toFailure } from './failure.ts'
import { drop, type Query } from './guard.ts'
import type { Lines } from './lines.ts'
import type { Slots } from './slots.ts'
import { LONG_TICKS, type Running, SLOW_TICKS, type Watch } from './watch.ts'

export type Rows = readonly (readonly unknown[])[]

/** A statement as text and values; `prepare` keeps it at the server. */
export type Statement = { readonly text: string; readonly values: readonly unknown[]; readonly prepare: boolean }

/**
 * Connections for reads that were prepared, which are short: several are sent on one at once, without waiting for each
 * other's answers. That spares both sides most of the system calls and the server the switch of processes.
 */
export type Lanes = {
  /** The rows that `statement`, a read, gives. Goes by `otherwise`, which has connections of its own, where a lane is of no use. */
  read(statement: Statement, abandonment: Abandonment | null, otherwise: () => Promise<Rows>): Promise<Rows>
  close(): Promise<void>
}

type Read = PromiseWithResolvers<Rows> & {
  readonly statement: Statement
  readonly abandonment: Abandonment | null
  readonly otherwise: () => Promise<Rows>
  readonly query: Query
  /** Gives the place on the lane back. */
  readonly leave: () => void
  /** Asked for elsewhere: what the lane answers is for nobody. */
  hasMoved: boolean
}

type Lane = Running & { readonly client: postgres.Sql; readonly sent: Read[] }

/** Lanes that wait for their first statement beside those in use. */
const MAX_STALLED = 2

/**
 * As many lanes as `count`, on each at most as many reads as `slots` has for one. When the first of a lane takes long, those
 * behind it are asked for elsewhere, and another lane takes the place of this one.
 */
export function createLanes(options: {
  readonly count: number
  readonly connect: () => postgres.Sql
  readonly slots: Slots
  readonly lines: Lines
  readonly watch: Watch
}): Lanes {
  const { count, connect, slots, lines, watch } = options
  const lanes: Lane[] = []
  const stalled = new Set<Lane>()

  const openLane = (): Lane => {
    const lane: Lane = { client: connect(), sent: [], ticks: 0, onTick: () => look(lane) }
    return lane
  }

  const leastBusy = (): Lane | null => {
    while (lanes.length < count && stalled.size < MAX_STALLED) lanes.push(openLane())
    let found: Lane | null = null
    for (const lane of lanes) if (!found || lane.sent.length < found.sent.length) found = lane
    return found
  }

  /** The first statement of `lane` takes long. */
  const detach = (lane: Lane) => {
    lanes.splice(lanes.indexOf(lane), 1)
    stalled.add(lane)
    const [first, ...behind] = lane.sent
    for (const read of behind) {
      read.hasMoved = true
      read.leave()
      if (read.abandonment?.aborted) read.reject(cancelled())
      else read.otherwise().then(read.resolve, read.reject)
    }
    if (!first) return
    const release = lines.hold(first.statement.text)
    void first.promise.catch(() => {}).then(release)
  }

  /** Looks at the first statement of `lane`: one that takes long, or that nobody waits for, holds up the others no more. */
  const look = (lane: Lane) => {
    const [first] = lane.sent
    const isAbandoned = lane.ticks >= SLOW_TICKS && first?.abandonment?.aborted === true
    if (!stalled.has(lane) && (isAbandoned || lane.ticks === LONG_TICKS)) detach(lane)
    if (!first || !isAbandoned) return
    first.reject(cancelled())
    drop(first.query)
  }

  const sendOn = (
    lane: Lane,
    statement: Statement,
    abandonment: Abandonment | null,
    otherwise: () => Promise<Rows>,
    leave: () => void,
  ) => {
    const { text, values, prepare } = statement
    // Any value may come in; what cannot be sent fails at the server.
    const pending = lane.client.unsafe(text, values.map(toParameter) as never[], { prepare }).values()
    const read: Read = {
      ...Promise.withResolvers<Rows>(),
      ...{ statement, abandonment, otherwise, leave },
      query: pending as unknown as Query,
      hasMoved: false,
    }
    const settle = () => {
      const isFirst = lane.sent[0] === read
      if (isFirst) lane.sent.shift()
      else lane.sent.splice(lane.sent.indexOf(read), 1)
      if (isFirst) lane.ticks = 0
      if (lane.sent.length === 0) watch.remove(lane)
      // What was moved away from behind it is for nobody.
      if (stalled.has(lane) && isFirst) void lane.client.end({ timeout: 0 }).finally(() => stalled.delete(lane))
      if (!read.hasMoved) leave()
      return !read.hasMoved
    }
    lane.sent.push(read)
    if (lane.sent.length === 1) {
      lane.ticks = 0
      watch.add(lane)
    }
    pending.then(
      (rows) => {
        if (settle()) read.resolve(rows)
      },
      (error: unknown) => {
        if (settle()) read.reject(toFailure(error))
      },
    )
    return read.promise
  }

  const readIn = (statement: Statement, abandonment: Abandonment | null, otherwise: () => Promise<Rows>, leave: () => void) => {
    if (abandonment?.aborted) {
      leave()
      return Promise.reject(cancelled())
    }
    const lane = lines.has(statement.text) ? null : leastBusy()
    if (lane) return sendOn(lane, statement, abandonment, otherwise, leave)
    leave()
    return otherwise()
  }

  return {
    read(statement, abandonment, otherwise) {
      const leave = slots.take()
      if (leave) return readIn(statement, abandonment, otherwise, leave)
      return slots.acquire().then((leave) => readIn(statement, abandonment, otherwise, leave))
    },
    async close() {
      slots.close()
      await Promise.all([...lanes, ...stalled].map(({ client }) => client.end({ timeout: 5 })))
    },
  }
}
