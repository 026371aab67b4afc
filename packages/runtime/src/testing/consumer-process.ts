/**
 * A process with a consumer that notes each fact it is given in `shop.effect`, until it is killed: see
 * `event-log/catch-up.test.ts`. It tells its parent how far it is whenever it is asked.
 */
import { sql } from 'drizzle-orm'
import { type Db, openDatabase, roleOf, type Tx } from '../database.ts'
import { createConsumer, on } from '../event-log/consumer.ts'
import type { LoggedEvent } from '../event-log/event.ts'
import { createEventLog } from '../event-log/log.ts'
import { silentLog } from '../log.ts'
import { Opened, Sold, shopPositions } from './event-log.ts'

/** See `ConsumerProgress`; positions are small here. */
export type HowFar = { readonly pos: number | null; readonly lagEvents: number | null; readonly lagSeconds: number | null }

const [, , url, archive] = process.argv
if (!url || !archive || !process.send) throw new Error('usage: fork consumer-process.ts URL ARCHIVE')
const database = openDatabase({ url, role: roleOf('shop'), audience: 'relay', maxConnections: 3 })

/** What was seen in the transaction that is open, as rows of `shop.effect`. */
let seen: LoggedEvent[] = []
/** Stores at the end of each transaction, within it, what was seen in it: one statement, as there are very many. */
const storing: Db = Object.create(database.db, {
  transaction: {
    value: (work: (tx: Tx) => Promise<unknown>) =>
      database.db.transaction(async (tx) => {
        seen = []
        const result = await work(tx)
        const rows = JSON.stringify(seen.map(({ pos, stream, seq }) => ({ pos: String(pos), stream, seq: String(seq) })))
        await tx.execute(sql`
          insert into shop.effect (pos, stream, seq)
          select pos, stream, seq from json_to_recordset(${rows}) as row (pos bigint, stream text, seq bigint)`)
        return result
      }),
  },
})

const consumer = createConsumer({
  name: 'catching-up',
  database: { ...database, db: storing },
  events: createEventLog(database, { archive }),
  handlers: [Sold, Opened].map((definition) =>
    on(definition, async (_, __, event) => {
      seen.push(event)
    }),
  ),
  positionTable: shopPositions,
  log: silentLog,
})

process.on('message', () => {
  const { pos, lagEvents, lagSeconds } = consumer.progress()
  process.send?.({ pos: pos === null ? null : Number(pos), lagEvents, lagSeconds } satisfies HowFar)
})
// The parent has heard everything, or is gone.
process.on('disconnect', () => process.exit())
await consumer.run(new AbortController().signal)
