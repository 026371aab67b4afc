import { Writable } from 'node:stream'
import { sql } from 'drizzle-orm'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Tx } from '../database.ts'
import { defineEvent } from '../events/define.ts'
import { silentLog } from '../log.ts'
import { createTestEventLog, Opened, Sold, shopPositions, type TestEventLog } from '../testing/event-log.ts'
import { eventually } from '../testing/patience.ts'
import { createConsumer, on } from './consumer.ts'
import type { LoggedEvent } from './event.ts'
import { createEventLog, type EventLog } from './log.ts'

let log: TestEventLog
let events: EventLog
/** What the handler cannot take. */
let broken: ReadonlySet<number>
beforeEach(async () => {
  log = await createTestEventLog()
  await log.admin`create table shop.effect (at_order serial, n int not null unique)`
  await log.admin`grant all on shop.effect, shop.effect_at_order_seq to planet_shop`
  events = createEventLog(log.shop)
  broken = new Set()
  log.startRelay()
})
afterEach(async () => {
  await events.close()
  await log.close()
})

async function record(tx: Tx, { payload }: LoggedEvent) {
  await tx.execute(sql`insert into shop.effect (n) values (${payload.n})`)
  if (broken.has(Number(payload.n))) throw new Error(`${payload.n} is too much`)
}
const goingOn = defineEvent('shop.Opened', { ...Opened, afterFailure: 'GO_ON' })
const consumer = (to = silentLog) =>
  log.start(
    createConsumer({
      name: 'test',
      database: log.shop,
      events,
      handlers: [on(Sold, (tx, _, event) => record(tx, event)), on(goingOn, (tx, _, event) => record(tx, event))],
      positionTable: shopPositions,
      log: to,
      tries: 2,
    }),
  )
const append = (n: number, stream: string, type = 'shop.Sold') => log.append(stream, type, { version: 1, n })
const effects = async () => (await log.admin<{ n: number }[]>`select n from shop.effect order by at_order`).map(({ n }) => n)
const aside = () => log.admin`select consumer, pos::int, stream, error from event_log.set_aside order by pos`
const retryAll = () => log.admin`update event_log.set_aside set retry_at = now()`

it('sets a fact aside that it cannot handle, goes on with the others, and lets its stream wait', async () => {
  const lines: string[] = []
  const sink = new Writable({ write: (line, _, done) => (lines.push(String(line)), done()) })
  broken = new Set([2])
  await append(1, 'a')
  await append(2, 'a')
  await append(3, 'b')
  await append(4, 'a')
  const worker = consumer(pino({ level: 'error' }, sink))
  await worker.idle()
  expect(await effects()).toEqual([1, 3])
  expect(await aside()).toEqual([
    { consumer: 'shop.test', pos: 2, stream: 'a', error: expect.stringContaining('2 is too much') },
    { consumer: 'shop.test', pos: 4, stream: 'a', error: null },
  ])
  expect(worker.progress()).toMatchObject({ setAside: 2 })
  expect(lines.join()).toContain('an event was set aside')
  await append(5, 'a')
  await append(6, 'b')
  await worker.idle()
  expect(await effects()).toEqual([1, 3, 6])
})

it('handles what was set aside once it can, in the order of its stream, and then goes on as before', async () => {
  broken = new Set([2])
  for (const n of [1, 2, 3, 4]) await append(n, 'a')
  const worker = consumer()
  await worker.idle()
  expect(await effects()).toEqual([1])
  await retryAll()
  // It still cannot: what waits goes on waiting.
  await eventually(async () => {
    const [row] = await log.admin`select count(*)::int as due from event_log.set_aside where pos = 2 and retry_at is null`
    expect(row?.due).toBe(1)
  })
  expect(await effects()).toEqual([1])
  broken = new Set()
  await retryAll()
  await eventually(async () => expect(await aside()).toEqual([]))
  await append(5, 'a')
  await worker.idle()
  expect(await effects()).toEqual([1, 2, 3, 4, 5])
  expect(worker.progress()).toMatchObject({ setAside: 0 })
})

it('lets the stream go on where the registry says so', async () => {
  broken = new Set([2])
  for (const n of [1, 2, 3]) await append(n, 'c', 'shop.Opened')
  await consumer().idle()
  expect(await effects()).toEqual([1, 3])
  expect(await aside()).toMatchObject([{ pos: 2 }])
})

it('sets aside what no version of its payload fits', async () => {
  await log.append('a', 'shop.Sold', { version: 7, n: 1 })
  await append(2, 'b')
  await consumer().idle()
  expect(await effects()).toEqual([2])
  expect(await aside()).toMatchObject([{ pos: 1, error: expect.stringContaining('PAYLOAD_UNREADABLE') }])
})

it('remembers across restarts and replicas what it has set aside', async () => {
  broken = new Set([1])
  await append(1, 'a')
  const replica = consumer()
  await consumer().idle()
  await replica.idle()
  for (const n of [2, 3]) await append(n, n === 2 ? 'a' : 'b')
  await replica.idle()
  expect(await effects()).toEqual([3])
  expect((await aside()).map(({ pos }) => pos)).toEqual([1, 2])
})

it('is handled once, whichever of several replicas tries it again', async () => {
  broken = new Set([1, 2, 3])
  for (const n of [1, 2, 3]) await append(n, `s/${n}`)
  const replicas = [consumer(), consumer(), consumer()]
  await Promise.all(replicas.map((worker) => worker.idle()))
  broken = new Set()
  await log.admin`alter table shop.effect drop constraint effect_n_key`
  await retryAll()
  await eventually(async () => expect(await aside()).toEqual([]))
  await append(4, 's/1')
  await Promise.all(replicas.map((worker) => worker.idle()))
  expect((await effects()).toSorted()).toEqual([1, 2, 3, 4])
})

it('never set aside a fact that stands behind many others which do not concern it', async () => {
  await log.admin`select count(event_log.append('noise', 'shop.Odd', '{"version": 1, "n": 0}', now())) from generate_series(1, 5100)`
  broken = new Set([1])
  await append(1, 'a')
  await append(2, 'b')
  await events.settled()
  await consumer().idle()
  expect(await effects()).toEqual([2])
  expect(await aside()).toMatchObject([{ pos: 5101, stream: 'a' }])
})

it('is not for another subgraph to see or to change', async () => {
  const denied = { code: '42501' }
  await expect(log.shop.sql`select * from event_log.aside('posts.posts')`).rejects.toMatchObject(denied)
  await expect(log.shop.sql`select event_log.take_up('posts.posts', 1)`).rejects.toMatchObject(denied)
  await expect(log.shop.sql`select event_log.fail_again('posts.posts', 1, 'why')`).rejects.toMatchObject(denied)
  await expect(log.shop.sql`select event_log.put_aside('posts.posts', 1, 's', 't', true, null)`).rejects.toMatchObject(denied)
  await expect(log.shop.sql`select * from event_log.set_aside`).rejects.toMatchObject(denied)
})
