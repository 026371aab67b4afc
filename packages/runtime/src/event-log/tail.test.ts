import { getEventListeners } from 'node:events'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { createTestEventLog, type TestEventLog } from '../testing/event-log.ts'
import { append } from './append.ts'
import type { LoggedEvent } from './event.ts'
import { createEventLog, type EventLog } from './log.ts'
import type { Relay } from './relay.ts'

const RING = 16

let log: TestEventLog
let relay: Relay
let events: EventLog
beforeAll(async () => {
  log = await createTestEventLog()
  relay = log.startRelay()
})
afterAll(() => log.close())
beforeEach(() => {
  events = createEventLog(log.open('shop'), { ringSize: RING })
})
afterEach(() => events.close())

const appendMany = async (stream: string, from: number, count: number) => {
  for (let n = from; n < from + count; n++) await log.append(stream, n % 2 ? 'shop.Odd' : 'shop.Even', { n })
  await relay.idle()
}

const take = async (tail: AsyncIterator<LoggedEvent, void>, count: number) => {
  const taken: LoggedEvent[] = []
  while (taken.length < count) {
    const { value } = await tail.next()
    if (!value) break
    taken.push(value)
  }
  return taken
}

const numbers = (taken: readonly LoggedEvent[]) => taken.map((event) => event.payload.n)
const range = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i)

/** Resolves once the tailer of `events` has seen everything committed before the call. */
const caughtUp = async () => {
  const head = await events.settled()
  await log.append('marker')
  await events.changed(head, new AbortController().signal)
}

it('goes from history to live without a gap and without a repeat, however the two meet', async () => {
  const after = await events.settled()
  await appendMany('meet', 0, 3 * RING)
  const tail = events.tail({ after })
  const early = take(tail, 5 * RING)
  const live = appendMany('meet', 3 * RING, 2 * RING)
  expect(numbers(await early)).toEqual(range(0, 5 * RING))
  await live
  await tail.return()
})

it('lets a reader fall out of the ring, read pages, and come back to live', async () => {
  const tail = events.tail({ after: await events.settled() })
  await appendMany('slow', 0, 1)
  expect(numbers(await take(tail, 1))).toEqual([0])
  await appendMany('slow', 1, 10 * RING)
  expect(numbers(await take(tail, 10 * RING))).toEqual(range(1, 10 * RING))
  const next = take(tail, 3)
  await appendMany('slow', 10 * RING + 1, 3)
  expect(numbers(await next)).toEqual(range(10 * RING + 1, 3))
  await tail.return()
})

it('tells every event of the chosen streams and types, also from pages in which few match', async () => {
  const after = await events.settled()
  await appendMany('few', 0, 4)
  await appendMany('many', 0, 4 * RING)
  await appendMany('few', 4, 4)
  const tail = events.tail({ after, streams: ['few', 'none'], types: ['shop.Odd'] })
  const taken = take(tail, 6)
  await appendMany('many', 0, 3)
  await appendMany('few', 8, 4)
  expect(numbers(await taken)).toEqual([1, 3, 5, 7, 9, 11])
  await tail.return()
})

it('begins now if it has no cursor', async () => {
  await appendMany('past', 0, 3)
  await caughtUp()
  const tail = events.tail({ after: null })
  await log.append('now')
  expect(await take(tail, 1)).toMatchObject([{ stream: 'now' }])
  await tail.return()
})

it('serves several pending calls of next in order', async () => {
  const tail = events.tail({ after: await events.settled() })
  const pending = [tail.next(), tail.next(), tail.next()]
  await appendMany('queue', 0, 3)
  expect((await Promise.all(pending)).map((result) => result.value?.payload.n)).toEqual([0, 1, 2])
  await tail.return()
})

it('ends a pending next at return, at dispose and at abort', async () => {
  const after = await events.settled()
  const done = { value: undefined, done: true }
  const controller = new AbortController()
  const returned = events.tail({ after })
  const disposed = events.tail({ after })
  const aborted = events.tail({ after, signal: controller.signal })
  const pending = [returned.next(), disposed.next(), aborted.next(), aborted.next()]
  await returned.return()
  await disposed[Symbol.asyncDispose]()
  controller.abort()
  expect(await Promise.all(pending)).toEqual([done, done, done, done])
  expect(await returned.next()).toEqual(done)
  expect(await events.tail({ after, signal: controller.signal }).next()).toEqual(done)
})

it('releases the signal and everything else once it is over', async () => {
  const controller = new AbortController()
  const after = await events.settled()
  const tails = range(0, 50).map(() => events.tail({ after, signal: controller.signal }))
  const pending = tails.map((tail) => tail.next())
  expect(getEventListeners(controller.signal, 'abort')).toHaveLength(50)
  await Promise.all(tails.slice(1).map((tail) => tail.return()))
  expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1)
  controller.abort()
  await Promise.all(pending)
  expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0)
})

it('keeps nothing in memory for readers that do not read', async () => {
  const readers = await Promise.all(
    range(0, 100).map(async () => events.tail({ after: await events.settled(), streams: ['big'] })),
  )
  const firsts = readers.map((reader) => reader.next())
  await appendMany('big', 0, 1)
  await Promise.all(firsts)
  const text = 'x'.repeat(100_000)
  // 40 MB go by; the ring holds 1.6 MB of it.
  const held = await heapGrowth(async () => {
    await log.shop.db.transaction(async (tx) => {
      for (let n = 1; n <= 400; n++) await append(tx, { stream: 'big', type: 'shop.Sold', payload: { n, text }, at: new Date() })
    })
    await caughtUp()
  })
  expect(held).toBeLessThan(15e6)
  const [first, ...others] = readers
  await Promise.all(others.map((reader) => reader.return()))
  if (first) expect(numbers(await take(first, 400))).toEqual(range(1, 400))
  await first?.return()
})

it('follows on after its listening connection and its readers were killed', async () => {
  const tail = events.tail({ after: await events.settled() })
  for (let round = 0; round < 5; round++) {
    const next = take(tail, 4)
    await appendMany('killed', 4 * round, 2)
    await log.admin`select pg_terminate_backend(pid) from pg_stat_activity where query ilike 'listen%' and datname = current_database()`
    await appendMany('killed', 4 * round + 2, 2)
    expect(numbers(await next)).toEqual(range(4 * round, 4))
  }
  await tail.return()
})

async function heapGrowth(work: () => Promise<void>): Promise<number> {
  const { setFlagsFromString } = await import('node:v8')
  const { runInNewContext } = await import('node:vm')
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  collect()
  const before = process.memoryUsage().heapUsed
  await work()
  collect()
  return process.memoryUsage().heapUsed - before
}
