import { Writable } from 'node:stream'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { silentLog } from '../log.ts'
import { createTestEventLog, Sold, shopPositions, type TestEventLog } from '../testing/event-log.ts'
import { eventually } from '../testing/patience.ts'
import { createConsumer, on } from './consumer.ts'
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
const append = async (count: number, type = 'shop.Sold') => {
  await log.admin`select count(event_log.append(${`of ${type}`}, ${type}, '{"version": 1, "n": 1}', '2020-01-01'))
    from generate_series(1, ${count}::int)`
  return events.settled()
}
const count = async (table: 'fact' | 'passing') =>
  Number((await log.admin<{ count: string }[]>`select count(*) from event_log.${log.admin(table)}`)[0]?.count)
const readable = async () => (await events.read({ after: null, limit: 10_000 })).events.length
const expiry = (keptMs?: number, to = silentLog) => createExpiry(log.open('relay'), to, keptMs)
/** Lets everything that is noted so far be older than it is. */
const age = (hours: number) => log.admin`update event_log.milestone set at = at - make_interval(hours => ${hours}::int)`
/** Lets what passes have been positioned long ago: its partition is an old one. */
const agePassing = () =>
  log.admin.begin(async (tx) => {
    const [part] = await tx<{ name: string }[]>`select event_log.passing_partition(now()) as name`
    const name = part?.name ?? ''
    await tx`alter table event_log.passing detach partition event_log.${tx(name)}`
    await tx`update event_log.${tx(name)} set logged_at = '2020-01-01 03:00Z'`
    await tx`alter table event_log.${tx(name)} rename to passing_20200101_00`
    await tx`alter table event_log.passing attach partition event_log.passing_20200101_00
      for values from ('2020-01-01 00:00Z') to ('2020-01-01 06:00Z')`
    await tx`select event_log.ensure_partitions(0, now())`
  })
const partitions = async () => {
  const rows = await log.admin`select from pg_inherits where inhparent = 'event_log.passing'::regclass`
  return rows.length
}

it('lets clients read an event for a day after it could be read, whatever its own time', async () => {
  const yesterday = await append(5)
  const worker = log.start(expiry())
  await worker.idle()
  await append(3)
  await age(23)
  await worker.idle()
  expect(await readable()).toBe(8)
  await age(2)
  await worker.idle()
  expect(await readable()).toBe(3)
  expect(await events.oldest()).toBe(yesterday)
})

it('begins without being asked', async () => {
  await append(4_500)
  log.start(expiry(0))
  await eventually(async () => expect(await readable()).toBe(0))
})

it('ends the cursors of clients, and keeps the facts: a consumer that begins afterwards handles all of them', async () => {
  const cursor = await append(5)
  await append(5)
  await expiry(0).idle()
  const expired = { extensions: { code: 'CURSOR_EXPIRED', oldest: await events.head() } }
  await expect(events.read({ after: cursor, limit: 1 })).rejects.toMatchObject(expired)
  await expect(events.tail({ after: cursor }).next()).rejects.toMatchObject(expired)
  const handled: bigint[] = []
  const handlers = [on(Sold, async (_tx, _payload, { pos }) => handled.push(pos))]
  const consumer = { name: 'late', database: log.shop, events, handlers, positionTable: shopPositions, log: silentLog }
  await log.start(createConsumer(consumer)).idle()
  expect(handled).toEqual([1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n, 9n, 10n])
})

it('drops what passes with its partition, once no client can read any of it, and no fact', async () => {
  await append(3)
  await append(4, 'shop.Whispered')
  const worker = expiry()
  await worker.idle()
  await agePassing()
  await worker.idle()
  expect([await count('fact'), await count('passing')]).toEqual([3, 4])
  await age(25)
  await append(2, 'shop.Whispered')
  await worker.idle()
  expect([await count('fact'), await count('passing')]).toEqual([3, 2])
  // That of now and the next.
  expect(await partitions()).toBe(2)
  expect((await events.read({ after: null, limit: 10 })).events.map(({ type }) => type)).toEqual([
    'shop.Whispered',
    'shop.Whispered',
  ])
})

it('keeps nobody waiting for a partition that somebody reads: it goes later', async () => {
  const lines: string[] = []
  const sink = new Writable({ write: (line, _, done) => (lines.push(String(line)), done()) })
  await append(4, 'shop.Whispered')
  await expiry(0).idle()
  await agePassing()
  const reading = Promise.withResolvers<void>()
  const reader = log.admin.begin(async (tx) => {
    await tx`select count(*) from event_log.passing`
    await reading.promise
  })
  const worker = log.start(expiry(0, pino({ level: 'warn' }, sink)))
  await eventually(() => expect(lines.join()).toContain('events could not expire'))
  await append(1, 'shop.Whispered')
  reading.resolve()
  await reader
  await worker.idle()
  // That of now and the next.
  expect(await partitions()).toBe(2)
})

it('may run in several processes, with readers and writers at work, and leaves no hole', async () => {
  const start = await events.head()
  const other = createEventLog(log.open('shop'), { ringSize: 4 })
  const tail = other.tail({ after: start })
  const workers = [expiry(0), expiry(0), expiry(0)]
  let last = 0n
  for (let round = 0; round < 20; round++) {
    await append(10, round % 2 === 0 ? 'shop.Sold' : 'shop.Whispered')
    for (let i = 0; i < 10; i++) {
      const { value } = await tail.next()
      expect(value?.pos).toBe(last + 1n)
      last = value?.pos ?? 0n
    }
    await Promise.all(workers.map((worker) => worker.idle()))
  }
  await tail.return()
  await other.close()
  expect(await readable()).toBe(0)
})

it('counts from its own first look at a log that nobody has looked at before', async () => {
  await append(5)
  await age(25)
  await expiry(HOUR_MS).idle()
  expect(await readable()).toBe(5)
})
