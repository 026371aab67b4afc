import { sql } from 'drizzle-orm'
import postgres from 'postgres'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { silentLog } from '../log.ts'
import { createTestEventLog, Sold, shopPositions, type TestEventLog } from '../testing/event-log.ts'
import { eventually, PATIENCE_MS } from '../testing/patience.ts'
import { append } from './append.ts'
import { createConsumer, on } from './consumer.ts'
import type { LoggedEvent } from './event.ts'
import { createEventLog, type EventLog } from './log.ts'
import { createRelay } from './relay.ts'

const WRITING_MS = process.env.PLANET_TEST_LONG ? 60_000 : 6_000
const WRITERS = 16
const STREAMS = 24

let log: TestEventLog
beforeEach(async () => {
  log = await createTestEventLog()
})
afterEach(() => log.close())

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const chance = (probability: number) => Math.random() < probability
const pick = (below: number) => Math.floor(Math.random() * below)

it('loses, repeats and reorders nothing while writers, relays and readers are killed; a reader by id loses events', {
  timeout: WRITING_MS + 2 * PATIENCE_MS,
}, async ({ annotate }) => {
  await log.admin`create table shop.sale (n int primary key)`
  await log.admin`create table shop.effect (n int primary key, pos bigint not null, at_order serial)`
  await log.admin`grant all on all tables in schema shop to planet_shop`
  await log.admin`grant all on all sequences in schema shop to planet_shop`
  const relays = [log.startRelay(), log.startRelay(), log.startRelay()]
  const isWriting = new AbortController()
  const isReading = new AbortController()
  const opened: EventLog[] = []
  const openLog = (ringSize: number) => {
    const events = createEventLog(log.open('shop', { applicationName: 'reader' }), { ringSize })
    opened.push(events)
    return events
  }
  const start = await openLog(1).head()

  const seen: Record<string, LoggedEvent[]> = { tail: [], secondTail: [], slow: [], reconnecting: [] }
  const ofOneStream: LoggedEvent[] = []
  const follow = async (events: EventLog, seen: LoggedEvent[], between: () => Promise<unknown>, streams?: string[]) => {
    for await (const event of events.tail({ after: start, streams, signal: isReading.signal })) {
      seen.push(event)
      await between()
    }
  }
  const reconnect = async (events: EventLog, seen: LoggedEvent[]) => {
    while (!isReading.signal.aborted) {
      let left = 1 + pick(60)
      for await (const event of events.tail({ after: seen.at(-1)?.cursor ?? start, signal: isReading.signal })) {
        seen.push(event)
        if (--left === 0) break
      }
    }
  }
  const readers = [
    follow(openLog(4_096), seen.tail ?? [], async () => {}),
    follow(openLog(4_096), seen.secondTail ?? [], async () => {}),
    follow(openLog(8), seen.slow ?? [], () => pause(pick(3))),
    follow(openLog(64), ofOneStream, async () => {}, ['stream/0']),
    reconnect(openLog(32), seen.reconnecting ?? []),
  ]
  for (const events of [openLog(256), openLog(256)]) {
    log.start(
      createConsumer({
        name: 'effects',
        database: log.open('shop', { applicationName: 'consumer' }),
        events,
        // A second time would violate the primary key, and the consumer would come to a halt.
        handlers: [
          on(Sold, (tx, { n }, { pos }) => tx.execute(sql`insert into shop.effect (n, pos) values (${n}, ${pos.toString()})`)),
        ],
        positionTable: shopPositions,
        log: silentLog,
      }),
    )
  }

  const naive = new Set<string>()
  const readNaively = async () => {
    let after = '-1'
    while (!isReading.signal.aborted) {
      const rows = await log.admin<{ id: string }[]>`select n::text as id from shop.sale where n > ${after} order by n limit 1000`
      for (const { id } of rows) naive.add(id)
      after = rows.at(-1)?.id ?? after
      await pause(2)
    }
  }
  const naiveReader = readNaively()

  const acknowledged: number[] = []
  const rolledBack: number[] = []
  let nextSale = 0
  let unknown = 0
  const database = log.open('shop', { audience: 'interactive', maxConnections: WRITERS, applicationName: 'writer' })
  const write = async () => {
    while (!isWriting.signal.aborted) {
      const sales = chance(0.3) ? [nextSale++, nextSale++] : [nextSale++]
      const willRollBack = chance(0.15)
      try {
        await database.db.transaction(async (tx) => {
          // Several streams in one order, else writers would wait for each other in a circle.
          const streams = sales.map(() => `stream/${pick(STREAMS)}`).sort()
          for (const [i, n] of sales.entries()) {
            await tx.execute(sql`insert into shop.sale (n) values (${n})`)
            await append(tx, { stream: streams[i] ?? '', type: 'shop.Sold', payload: { version: 1, n }, at: new Date() })
          }
          await tx.execute(sql`select pg_sleep(${Math.random() * (chance(0.1) ? 0.1 : 0.02)})`)
          if (willRollBack) throw new Error('changed my mind')
        })
        acknowledged.push(...sales)
      } catch {
        if (willRollBack) rolledBack.push(...sales)
        else unknown += sales.length
      }
    }
  }
  const kills: Record<string, number> = { writer: 0, relay: 0, reader: 0, consumer: 0 }
  const kill = async () => {
    while (!isWriting.signal.aborted) {
      const victims = Object.keys(kills)
      const victim = victims[pick(victims.length)] ?? 'writer'
      const killed = await log.admin`
          select pg_terminate_backend(pid) from (
            select pid from pg_stat_activity where datname = current_database() and application_name = ${victim} order by random() limit 1
          ) one`
      kills[victim] = (kills[victim] ?? 0) + killed.length
      await pause(pick(100))
    }
  }

  const working = [...Array.from({ length: WRITERS }, write), kill()]
  await pause(WRITING_MS)
  isWriting.abort()
  await Promise.all(working)
  await relays[0]?.idle()

  const stored = await log.admin<{ id: string; pos: string; stream: string; seq: string; n: number }[]>`
      select payload->>'n' as id, pos, stream, seq, (payload->>'n')::int as n from event_log.fact order by pos`
  await eventually(async () => {
    for (const list of Object.values(seen)) expect(list.length).toBeGreaterThanOrEqual(stored.length)
    const [effects] = await log.admin`select count(*)::int as count from shop.effect`
    expect(effects?.count).toBe(stored.length)
    expect(ofOneStream.length).toBe(stored.filter((event) => event.stream === 'stream/0').length)
  }, 50)
  isReading.abort()
  await Promise.all([...readers, naiveReader])

  // The log: every committed event, no other, at dense positions, and per stream dense in the same order.
  const sold = (await log.admin<{ n: number }[]>`select n from shop.sale order by n`).map((sale) => sale.n)
  expect(stored.map((event) => event.n).sort((a, b) => a - b)).toEqual(sold)
  const committed = new Set(sold)
  expect(acknowledged.filter((n) => !committed.has(n))).toEqual([])
  expect(rolledBack.filter((n) => committed.has(n))).toEqual([])
  expect(stored.map((event) => Number(event.pos))).toEqual(stored.map((_, i) => i + 1))
  const seqs = Map.groupBy(stored, (event) => event.stream)
  for (const events of seqs.values()) expect(events.map((event) => Number(event.seq))).toEqual(events.map((_, i) => i + 1))

  // The readers: exactly that.
  for (const list of Object.values(seen)) {
    expect(list.map((event) => [String(event.pos), event.payload.n])).toEqual(stored.map((event) => [event.pos, event.n]))
  }
  expect(ofOneStream.map((event) => event.payload.n)).toEqual(seqs.get('stream/0')?.map((event) => event.n))
  const effects = await log.admin<{ n: number }[]>`select n from shop.effect order by at_order`
  expect(effects.map((effect) => effect.n)).toEqual(stored.map((event) => event.n))

  // What `id > cursor` makes of the same events.
  const lost = stored.filter((event) => !naive.has(event.id)).length
  expect(lost).toBeGreaterThan(0)
  await annotate(
    `${stored.length} events, ${rolledBack.length} rolled back, ${unknown} of unknown fate; killed ${JSON.stringify(kills)}; ` +
      `a reader of id > cursor lost ${lost}`,
  )
  await Promise.all(opened.map((events) => events.close()))
})

it('is not held up by a writing transaction that stays open: its own events come once it commits', async () => {
  log.startRelay()
  const events = createEventLog(log.shop)
  const after = await events.head()
  const open = Promise.withResolvers<void>()
  const written = Promise.withResolvers<void>()
  const importing = log.open('shop').db.transaction(async (tx) => {
    for (const n of [1, 2]) await append(tx, { stream: 'import', type: 'shop.Sold', payload: { n }, at: new Date() })
    written.resolve()
    await open.promise
  })
  await written.promise
  for (const n of [3, 4]) await log.append('busy', 'shop.Sold', { n })
  const seen = async () => (await events.read({ after, limit: 10 })).events.map(({ stream, seq }) => `${stream} ${seq}`)
  await eventually(async () => expect(await seen()).toEqual(['busy 1', 'busy 2']))
  open.resolve()
  await importing
  await eventually(async () => expect(await seen()).toEqual(['busy 1', 'busy 2', 'import 1', 'import 2']))
  await events.close()
})

it('positions one batch at a time, whoever asks', async () => {
  const relay = log.open('relay', { maxConnections: 8 })
  await log.shop.db.transaction(async (tx) => {
    for (let n = 0; n < 100; n++) await append(tx, { stream: `s/${n % 3}`, type: 'shop.Sold', payload: { n }, at: new Date() })
  })
  await eventually(async () => {
    await Promise.all(Array.from({ length: 8 }, () => relay.sql`select event_log.relay(7)`))
    expect(await log.admin`select from event_log.inbox`).toHaveLength(0)
  })
  const rows = await log.admin<
    { pos: string; n: number }[]
  >`select pos, (payload->>'n')::int as n from event_log.fact order by pos`
  expect(rows.map((row) => [Number(row.pos), row.n])).toEqual(rows.map((_, i) => [i + 1, i]))
  expect((await log.admin`select pos from event_log.event_head`)[0]?.pos).toBe('100')
})

it('goes on by itself after the database was away', async () => {
  const relay = log.startRelay()
  const events = createEventLog(log.open('shop', { applicationName: 'reader' }))
  const tail = events.tail({ after: await events.head() })
  await log.append('before')
  expect((await tail.next()).value).toMatchObject({ stream: 'before' })
  const name = new URL(log.url).pathname.slice(1)
  const admin = postgres(new URL('/postgres', log.url).href, { max: 1 })
  // No one can log in, and whoever was in is thrown out: to them the server is down.
  await admin`alter database ${admin(name)} allow_connections false`
  await admin`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${name}`
  await expect(events.head()).rejects.toThrow()
  await expect(relay.idle()).rejects.toThrow()
  await admin`alter database ${admin(name)} allow_connections true`
  await admin.end()
  await eventually(() => log.append('after'))
  expect((await tail.next()).value).toMatchObject({ stream: 'after' })
  await tail.return()
  await events.close()
})

it('stops at once when it is told to, also while it waits', async () => {
  const relay = createRelay(log.open('relay'), silentLog)
  const stop = new AbortController()
  const run = relay.run(stop.signal)
  await log.append('one')
  await relay.idle()
  stop.abort()
  await run
  await log.append('two')
  expect(await log.admin`select stream, pos from event_log.fact`).toEqual([{ stream: 'one', pos: '1' }])
  expect(await log.admin`select stream from event_log.inbox`).toEqual([{ stream: 'two' }])
})
