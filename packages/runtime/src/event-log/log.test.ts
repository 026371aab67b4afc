import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestEventLog, type TestEventLog } from '../testing/event-log.ts'
import { append } from './append.ts'
import { createEventLog, type EventLog } from './log.ts'
import type { Relay } from './relay.ts'
import { migrateEventLog } from './schema.ts'

let log: TestEventLog
let relay: Relay
let events: EventLog
beforeAll(async () => {
  log = await createTestEventLog()
  relay = log.startRelay()
  events = createEventLog(log.shop)
})
afterAll(async () => {
  await events.close()
  await log.close()
})

describe('the event log', () => {
  it('may be migrated by several starters at once, and again', async () => {
    await Promise.all([migrateEventLog(log.url), migrateEventLog(log.url), migrateEventLog(log.url)])
    const applied = await log.admin<{ name: string }[]>`select name from event_log.migration order by name`
    expect(applied.map(({ name }) => name)).toEqual(readdirSync(join(import.meta.dirname, 'schema')).sort())
  })

  it('gives back what was emitted, to the millisecond', async () => {
    const after = await events.settled()
    const at = new Date('2026-02-03T04:05:06.789Z')
    const payload = { text: 'a "b" \\ {c}', list: [1, null, { d: true }] }
    await log.append('basket/1', 'shop.Sold', payload, at)
    await relay.idle()
    const page = await events.read({ after, limit: 10 })
    expect(page.events).toMatchObject([{ stream: 'basket/1', seq: 1n, type: 'shop.Sold', payload, at }])
    expect(page.events[0]?.cursor).toBe(page.next)
    expect(await events.read({ after: page.next, limit: 10 })).toEqual({ events: [], next: page.next })
  })

  it('holds an event exactly if its transaction has committed, and leaves no hole in seq', async () => {
    const after = await events.settled()
    await log.append('rolled', 'shop.Sold', { n: 1 })
    const rolledBack = log.shop.db.transaction(async (tx) => {
      await append(tx, { stream: 'rolled', type: 'shop.Sold', payload: { n: 2 }, at: new Date() })
      throw new Error('changed my mind')
    })
    await expect(rolledBack).rejects.toThrow('changed my mind')
    await log.append('rolled', 'shop.Sold', { n: 3 })
    await relay.idle()
    const { events: read } = await events.read({ after, limit: 10 })
    expect(read.map((event) => [event.seq, event.payload])).toEqual([
      [1n, { n: 1 }],
      [2n, { n: 3 }],
    ])
  })

  it('pages through a selection of streams and types without looking at an event twice', async () => {
    const after = await events.settled()
    for (let n = 0; n < 6; n++) await log.append(`pick/${n % 2}`, n % 3 === 0 ? 'shop.Opened' : 'shop.Sold', { n })
    await relay.idle()
    const seen: unknown[] = []
    let cursor = after
    for (;;) {
      const page = await events.read({ after: cursor, streams: ['pick/1', 'pick/"}'], types: ['shop.Sold'], limit: 1 })
      seen.push(...page.events.map((event) => event.payload.n))
      if (page.next === cursor) break
      cursor = page.next
    }
    expect(seen).toEqual([1, 5])
    expect(cursor).toBe(await events.head())
    expect((await events.read({ after, types: [], limit: 10 })).events).toEqual([])
  })

  it('lets a subgraph append and read, and nothing else', async () => {
    const { sql } = log.shop
    await expect(sql`update event_log.fact set type = 'x'`).rejects.toThrow('permission denied')
    await expect(sql`delete from event_log.fact`).rejects.toThrow('permission denied')
    await expect(sql`insert into event_log.stream values ('x', 1)`).rejects.toThrow('permission denied')
    await expect(sql`select event_log.start_epoch()`).rejects.toThrow('permission denied')
    const reader = log.open('relay')
    await expect(reader.sql`select event_log.append('x', 'y', '{}', now())`).rejects.toThrow('permission denied')
  })

  it('asks of each event whether it may be read, and calls no function for it: that would take longer than all else', async () => {
    const plan = await log.shop.sql<
      { 'QUERY PLAN': string }[]
    >`explain (verbose) select stream, type, payload from event_log.entry`
    const text = plan.map((row) => row['QUERY PLAN']).join('\n')
    expect(text).toContain('event_log.readable()')
    expect(text).not.toContain('is_among')
  })
})
