import { pgSchema } from 'drizzle-orm/pg-core'
import postgres from 'postgres'
import { z } from 'zod'
import { type Audience, type Database, ensureRoleAndSchema, openDatabase, roleOf } from '../database.ts'
import { append } from '../event-log/append.ts'
import { consumerPositionTable } from '../event-log/consumer.ts'
import type { JsonObject } from '../event-log/event.ts'
import { createExpiry } from '../event-log/expiry.ts'
import { createRelay, type Relay } from '../event-log/relay.ts'
import { migrateEventLog, RELAY_ROLE } from '../event-log/schema.ts'
import { defineEvent } from '../events/define.ts'
import { EVENTS } from '../events/registry.ts'
import { silentLog } from '../log.ts'
import type { Worker } from '../subgraph.ts'
import { createTestDatabase } from './database.ts'

/** The subgraph of these tests: its role may append and read events and owns schema `shop`. */
export const shopPositions = consumerPositionTable(pgSchema('shop'))

const SaleNumber = z.object({ n: z.int() })
const ofShop = { stream: 'many', streamOf: () => 'many', payload: SaleNumber }
export const Sold = defineEvent('shop.Sold', { about: 'A sale.', kept: 'FACT', ...ofShop })
export const Opened = defineEvent('shop.Opened', { about: 'Another fact.', kept: 'FACT', ...ofShop })
export const Odd = defineEvent('shop.Odd', { about: 'A fact about odd numbers.', kept: 'FACT', ...ofShop })
export const Even = defineEvent('shop.Even', { about: 'A fact about even numbers.', kept: 'FACT', ...ofShop })
export const Whispered = defineEvent('shop.Whispered', { about: 'Something that passes.', kept: 'PASSING', ...ofShop })

/** A database with an event log and one subgraph, `shop`; the user of the URL may do anything. */
export async function createTestEventLog() {
  const { url, drop } = await createTestDatabase()
  await migrateEventLog(url, [...EVENTS, Sold, Opened, Odd, Even, Whispered])
  await ensureRoleAndSchema(url, 'shop')
  const admin = postgres(url, { max: 4, onnotice: () => {} })
  await admin`create table shop.consumer_position (name text primary key, epoch text not null, pos bigint not null)`
  await admin`alter table shop.consumer_position owner to planet_shop`
  const opened: Database[] = []
  const stop = new AbortController()
  const runs: Promise<void>[] = []

  const open = (
    role: 'shop' | 'relay',
    options: { audience?: Audience; maxConnections?: number; applicationName?: string } = {},
  ) => {
    const database = openDatabase({
      url,
      role: role === 'relay' ? RELAY_ROLE : roleOf(role),
      audience: options.audience ?? 'relay',
      maxConnections: options.maxConnections ?? 2,
      ...(options.applicationName === undefined ? {} : { applicationName: options.applicationName }),
    })
    opened.push(database)
    return database
  }
  const shop = open('shop')

  return {
    url,
    admin,
    shop,
    open,
    /** Begins the log, which must be empty, with partitions of so many positions. */
    async partitionBy(size: number) {
      await admin`drop table event_log.fact_1`
      await admin`update event_log.event_head set covered_until = 0, partition_size = ${size}`
    },
    /** Runs `worker` until the log is closed. */
    start<W extends Worker>(worker: W): W {
      runs.push(worker.run(stop.signal))
      return worker
    },
    startRelay(): Relay {
      return this.start(createRelay(open('relay', { applicationName: 'relay' }), silentLog))
    },
    /** Commits one event as it is stored. */
    append: (stream: string, type = 'shop.Sold', payload: JsonObject = {}, at = new Date()) =>
      shop.db.transaction((tx) => append(tx, { stream, type, payload, at })),
    /** Lets clients read nothing of what is positioned, however young. */
    expire: () => createExpiry(open('relay'), silentLog, 0).idle(),
    async close() {
      stop.abort()
      await Promise.all(runs)
      await Promise.all(opened.map((database) => database.close()))
      await admin.end({ timeout: 5 })
      await drop()
    },
  }
}

export type TestEventLog = Awaited<ReturnType<typeof createTestEventLog>>
