import { Writable } from 'node:stream'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { silentLog } from '../log.ts'
import { createTestEventLog, shopPositions, type TestEventLog } from '../testing/event-log.ts'
import { eventually } from '../testing/patience.ts'
import { createConsumer } from './consumer.ts'
import { createExpiry } from './expiry.ts'
import { createEventLog, type EventLog } from './log.ts'

const HOUR_MS = 3_600_000

let log: TestEventLog
let events: EventLog
beforeEach(async () => {
  log = await createTestEventLog()
  log.startRelay()
  events = createEventLog(log.shop)
})
afterEach(async () => {
  await events.close()
  await log.close()
})

/** Commits so many events; the cursor after them. */
const append = async (count: number) => {
  await log.admin`select count(event_log.append('sales', 'shop.Sold', '{}', '2020-01-01')) from generate_series(1, ${count}::int)`
  return events.settled()
}
const kept = async () => Number((await log.admin<{ count: string }[]>`select count(*) from event_log.event`)[0]?.count)
const expiry = (keptMs?: number, to = silentLog) => createExpiry(log.open('relay'), to, keptMs)
/** Lets everything that is noted so far be older than it is. */
const age = (hours: number) => log.admin`update event_log.milestone set at = at - make_interval(hours => ${hours}::int)`
const consumer = (name = 'test', to = silentLog) =>
  createConsumer({
    name,
    database: log.shop,
    events,
    types: ['shop.Sold'],
    positionTable: shopPositions,
    log: to,
    handle: async () => {},
  })
/** Runs a consumer until the log need not keep anything for it. */
const consumeAll = async () => {
  const stop = new AbortController()
  const run = consumer().run(stop.signal)
  const isHeld = async () => {
    const [row] = await log.admin`select c.pos = h.pos as "isDone" from event_log.consumer c, event_log.event_head h`
    expect(row?.isDone).toBe(true)
  }
  await eventually(isHeld)
  stop.abort()
  await run
}

it('keeps an event for a day after it could be read, whatever its own time, and then lets it go by itself', async () => {
  const yesterday = await append(5)
  const worker = log.start(expiry())
  await worker.idle()
  await append(3)
  await age(23)
  await worker.idle()
  expect(await kept()).toBe(8)
  await age(2)
  await worker.idle()
  expect(await kept()).toBe(3)
  expect(await events.oldest()).toBe(yesterday)
})

it('begins without being asked, and works through a backlog in batches', async () => {
  await append(4_500)
  log.start(expiry(0))
  await eventually(async () => expect(await kept()).toBe(0))
})

it('may run in several processes, with readers and writers at work, and leaves no hole', async () => {
  const start = await events.head()
  const other = createEventLog(log.open('shop'), { ringSize: 4 })
  const tail = other.tail({ after: start })
  const workers = [expiry(0), expiry(0), expiry(0)]
  let last = 0n
  for (let round = 0; round < 20; round++) {
    await append(10)
    for (let i = 0; i < 10; i++) {
      const { value } = await tail.next()
      expect(value?.pos).toBe(last + 1n)
      last = value?.pos ?? 0n
    }
    await Promise.all(workers.map((worker) => worker.idle()))
  }
  await tail.return()
  await other.close()
  expect(await kept()).toBe(0)
})

/** A log at level `warn` and what it was told. */
const recorder = () => {
  const lines: string[] = []
  const sink = new Writable({ write: (line, _, done) => (lines.push(String(line)), done()) })
  return { lines, log: pino({ level: 'warn' }, sink) }
}

it('forgets nothing that a consumer has not handled, also while that does not run, and says for whom it is kept', async () => {
  const { lines, log: recorded } = recorder()
  const worker = expiry(0, recorded)
  await append(5)
  await consumeAll()
  await worker.idle()
  expect(await kept()).toBe(0)
  expect(lines).toEqual([])

  await append(7)
  await worker.idle()
  await worker.idle()
  expect(await kept()).toBe(7)
  expect(lines.map((line) => JSON.parse(line).consumer)).toEqual(['shop.test'])

  await consumeAll()
  await worker.idle()
  expect(await kept()).toBe(0)
})

it('takes nothing from under a consumer that begins while it is at work', async () => {
  const { lines, log: recorded } = recorder()
  const worker = expiry(0)
  for (let round = 0; round < 6; round++) {
    await append(200)
    const begun = log.start(consumer(`number ${round}`, recorded))
    await Promise.all([worker.idle(), begun.idle(), worker.idle()])
  }
  expect(lines).toEqual([])
})

it('counts from its own first look at a log that nobody has looked at before', async () => {
  await append(5)
  await age(25)
  await expiry(HOUR_MS).idle()
  expect(await kept()).toBe(5)
})
