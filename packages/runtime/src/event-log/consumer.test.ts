import { Writable } from 'node:stream'
import { sql } from 'drizzle-orm'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Tx } from '../database.ts'
import { silentLog } from '../log.ts'
import { createTestEventLog, Sold, shopPositions, type TestEventLog } from '../testing/event-log.ts'
import { eventually } from '../testing/patience.ts'
import { append } from './append.ts'
import { createConsumer, on } from './consumer.ts'
import type { LoggedEvent } from './event.ts'
import { createEventLog, type EventLog } from './log.ts'

let log: TestEventLog
let events: EventLog
beforeEach(async () => {
  log = await createTestEventLog()
  await log.admin`create table shop.effect (at_order serial, n int not null)`
  await log.admin`grant all on shop.effect, shop.effect_at_order_seq to planet_shop`
  events = createEventLog(log.shop)
})
afterEach(async () => {
  await log.close()
})

const record = (tx: Tx, event: LoggedEvent) =>
  tx.execute(sql`insert into shop.effect (n) values (${event.payload.n})`).then(() => {})
const effects = async () => (await log.admin<{ n: number }[]>`select n from shop.effect order by at_order`).map((row) => row.n)
const range = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i)

const appendMany = (from: number, count: number, type = 'shop.Sold') =>
  log.shop.db.transaction(async (tx) => {
    for (const n of range(from, count)) await append(tx, { stream: 'many', type, payload: { version: 1, n }, at: new Date() })
  })

const consumer = (handle = record, options: { name?: string; log?: typeof silentLog } = {}) =>
  createConsumer({
    name: 'test',
    database: log.shop,
    events,
    handlers: [on(Sold, (tx, _, event) => handle(tx, event))],
    positionTable: shopPositions,
    log: silentLog,
    ...options,
  })

const position = async (name = 'test') =>
  (await log.admin<{ pos: string }[]>`select pos from shop.consumer_position where name = ${name}`)[0]?.pos

it('handles every event of its types once and in order, from the oldest on', async () => {
  await appendMany(0, 150)
  await appendMany(1_000, 150, 'shop.Opened')
  log.startRelay()
  const worker = log.start(consumer())
  await appendMany(150, 150)
  await worker.idle()
  expect(await effects()).toEqual(range(0, 300))
  await appendMany(300, 5)
  await worker.idle()
  expect(await effects()).toEqual(range(0, 305))
})

it('is not idle while what was committed is not yet positioned', async () => {
  const worker = log.start(consumer())
  await appendMany(0, 3)
  const idle = worker.idle().then(effects)
  expect(await effects()).toEqual([])
  log.startRelay()
  expect(await idle).toEqual([0, 1, 2])
})

it('goes on where an earlier run has stopped; another name begins anew', async () => {
  log.startRelay()
  const stop = new AbortController()
  const first = consumer()
  const run = first.run(stop.signal)
  await appendMany(0, 3)
  await first.idle()
  stop.abort()
  await run
  await appendMany(3, 3)
  await log.start(consumer()).idle()
  expect(await effects()).toEqual(range(0, 6))
  await log.start(consumer(record, { name: 'other' })).idle()
  expect(await effects()).toEqual([...range(0, 6), ...range(0, 6)])
})

it('keeps no effect of an event that it could not handle, skips nothing, and says so every time', async () => {
  const lines: string[] = []
  const sink = new Writable({ write: (line, _, done) => (lines.push(String(line)), done()) })
  let isBroken = true
  let attempts = 0
  log.startRelay()
  const worker = log.start(
    consumer(
      async (tx, event) => {
        await record(tx, event)
        if (event.payload.n !== 42) return
        attempts++
        if (isBroken) throw new Error('the answer is unknown')
      },
      { log: pino({ level: 'error' }, sink) },
    ),
  )
  await appendMany(0, 90)
  await eventually(() => expect(attempts).toBeGreaterThanOrEqual(3))
  expect(await effects()).toEqual(range(0, 42))
  expect(lines.length).toBeGreaterThanOrEqual(2)
  expect(lines[0]).toContain('shop.Sold at 43 (many 43, partition fact_1) cannot be handled')
  expect(lines[0]).toContain('the answer is unknown')
  isBroken = false
  await worker.idle()
  expect(await effects()).toEqual(range(0, 90))
})

it('shares its events with a replica, each handled by one of them', async () => {
  log.startRelay()
  const handledBy: string[] = []
  const replica = (name: string) =>
    log.start(
      consumer(async (tx, event) => {
        await record(tx, event)
        handledBy.push(name)
      }),
    )
  const replicas = [replica('a'), replica('b')]
  for (let n = 0; n < 40; n++) {
    await appendMany(n, 1)
    if (n % 10 === 9) await Promise.all(replicas.map((worker) => worker.idle()))
  }
  expect(await effects()).toEqual(range(0, 40))
})

it('has exactly the effects of each event while its connections are killed', async () => {
  log.startRelay()
  const database = log.open('shop', { applicationName: 'victim' })
  const worker = log.start(
    createConsumer({
      name: 'test',
      database,
      events,
      handlers: [on(Sold, (tx, _, event) => record(tx, event))],
      positionTable: shopPositions,
      log: silentLog,
    }),
  )
  for (let round = 0; round < 30; round++) {
    await appendMany(20 * round, 20)
    await log.admin`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'victim' and datname = current_database()`
  }
  await worker.idle()
  expect(await effects()).toEqual(range(0, 600))
})

it('stores its position also where nothing concerns it, but not at every event', async () => {
  log.startRelay()
  await appendMany(0, 10, 'shop.Opened')
  const worker = log.start(consumer())
  await eventually(async () => expect(await position()).toBe('10'))
  await appendMany(10, 1_200, 'shop.Opened')
  await worker.idle()
  expect(await position()).toBe('10')
})

it('stands still and says so when the history of the log was lost', async () => {
  const lines: string[] = []
  const sink = new Writable({ write: (line, _, done) => (lines.push(String(line)), done()) })
  log.startRelay()
  const worker = log.start(consumer(record, { log: pino({ level: 'error' }, sink) }))
  await appendMany(0, 2)
  await worker.idle()
  await log.admin`select event_log.start_epoch()`
  await appendMany(2, 2)
  await eventually(() => expect(lines.join()).toContain('CURSOR_EPOCH_CHANGED'))
  expect(await effects()).toEqual([0, 1])
})
