import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { sql } from 'drizzle-orm'
import { type Counts, utcDay, type Window } from '../domain/engagement.ts'
import { creatorDays, creatorReaderDays } from './tables.ts'

const COUNTERS = ['postCount', 'signalCount', 'viewCount', 'clickCount', 'ticketCount'] as const
export type Counter = (typeof COUNTERS)[number]

/** Adds one to each of `counters` of the creator's UTC day of `at`. */
export async function countOnDay(tx: Tx, creatorId: Id<'User'>, at: Date, counters: readonly Counter[]): Promise<void> {
  const addOne = (counter: Counter) => sql`${creatorDays[counter]} + 1`
  await tx
    .insert(creatorDays)
    .values({ creatorId, day: utcDay(at), ...Object.fromEntries(counters.map((counter) => [counter, 1])) })
    .onConflictDoUpdate({
      target: [creatorDays.creatorId, creatorDays.day],
      set: Object.fromEntries(counters.map((counter) => [counter, addOne(counter)])),
    })
}

export async function insertReaderOnce(tx: Tx, creatorId: Id<'User'>, at: Date, userId: Id<'User'>): Promise<void> {
  await tx
    .insert(creatorReaderDays)
    .values({ creatorId, day: utcDay(at), userId })
    .onConflictDoNothing()
}

export type CountsKey = Window & { readonly creatorId: Id<'User'> }

/** The counts of each key, in the order of `keys`, in one statement; zeros for a creator nothing is known of. Made for a loader. */
export async function findCounts(db: Db | Tx, keys: readonly CountsKey[]): Promise<Counts[]> {
  const creatorIds = keys.map((key) => key.creatorId)
  const firstDays = keys.map((key) => utcDay(key.from))
  const lastDays = keys.map((key) => utcDay(key.through))
  const wanted = sql`unnest(${sql.param(creatorIds)}::uuid[], ${sql.param(firstDays)}::text[]::date[], ${sql.param(lastDays)}::text[]::date[])
    with ordinality as wanted(creator_id, first_day, last_day, place)`
  const isWanted = (table: typeof creatorDays | typeof creatorReaderDays) =>
    sql`${table.creatorId} = wanted.creator_id and ${table.day} between wanted.first_day and wanted.last_day`
  const total = (counter: Counter) => sql<number>`coalesce(sum(${creatorDays[counter]}), 0)::int`.as(counter)
  const counted = db
    .select({
      postCount: total('postCount'),
      signalCount: total('signalCount'),
      viewCount: total('viewCount'),
      clickCount: total('clickCount'),
      ticketCount: total('ticketCount'),
    })
    .from(creatorDays)
    .where(isWanted(creatorDays))
    .as('counted')
  const read = db
    .select({ readerCount: sql<number>`count(distinct ${creatorReaderDays.userId})::int`.as('reader_count') })
    .from(creatorReaderDays)
    .where(isWanted(creatorReaderDays))
    .as('read')
  return db
    .select({ ...counted._.selectedFields, readerCount: read.readerCount })
    .from(wanted)
    .crossJoinLateral(counted)
    .crossJoinLateral(read)
    .orderBy(sql`wanted.place`)
}
