import { afterEach, beforeEach, expect, it } from 'vitest'
import { createTestEventLog, type TestEventLog } from '../testing/event-log.ts'
import { eventually } from '../testing/patience.ts'

let log: TestEventLog
beforeEach(async () => {
  log = await createTestEventLog()
  // Is worked out while a statement is planned, when it is known which partitions there are.
  await log.admin.unsafe(`create function event_log.plan_slowly() returns boolean language plpgsql immutable
    as $$ begin perform pg_sleep(0.5); return true; end $$`)
})
afterEach(() => log.close())

it.each(['shop.Sold', 'shop.Whispered'])(
  'lost %s that came with a new partition while a reader had planned without it',
  async (type) => {
    await log.partitionBy(1)
    const relay = log.open('relay', { maxConnections: 2 })
    for (let n = 1; n <= 3; n++) {
      // As if nothing had been prepared for what passes now.
      const parts = await log.admin<{ name: string }[]>`
        select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'event_log.passing'::regclass and not exists (select from event_log.passing)`
      for (const { name } of parts) await log.admin`drop table event_log.${log.admin(name)}`
      const reading = log.admin<{ pos: string; count: string }[]>`
        select h.pos, (select count(*) from event_log.entry where event_log.plan_slowly()) as count from event_log.event_head h`.execute()
      await eventually(async () => {
        const [planning] = await log.admin`
          select from pg_stat_activity where query like '%plan_slowly%' and wait_event = 'PgSleep' and datname = current_database()`
        expect(planning).toBeDefined()
      })
      await log.append('s', type, { version: 1, n })
      await relay.sql`select event_log.relay(1)`
      const [read] = await reading
      expect(read?.count).toBe(read?.pos)
      expect((await log.admin`select pos::int from event_log.event_head`)[0]).toEqual({ pos: n })
    }
  },
)
