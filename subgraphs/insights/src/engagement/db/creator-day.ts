import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { utcDay } from '@planet/runtime/instant'
import { sql } from 'drizzle-orm'
import { users } from '../../copies/db/tables.ts'
import { type Counts, MIN_PEOPLE, type PublicCounts, type Window } from '../domain/engagement.ts'
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

/** What a reader can have done on a day. */
export type Deed = 'hasViewed' | 'hasClicked' | 'hasTicket'

/** Notes that the reader has done it on the UTC day of `at`, however often. */
export async function noteReader(tx: Tx, creatorId: Id<'User'>, at: Date, userId: Id<'User'>, deed: Deed): Promise<void> {
  await tx
    .insert(creatorReaderDays)
    .values({ creatorId, day: utcDay(at), userId, [deed]: true })
    .onConflictDoUpdate({
      target: [creatorReaderDays.creatorId, creatorReaderDays.day, creatorReaderDays.userId],
      set: { [deed]: true },
    })
}

export type CountsKey = Window & { readonly creatorId: Id<'User'> }

const wantedKeys = (keys: readonly CountsKey[]) => {
  const creatorIds = keys.map((key) => key.creatorId)
  const firstDays = keys.map((key) => utcDay(key.from))
  const lastDays = keys.map((key) => utcDay(key.through))
  return sql`unnest(${sql.param(creatorIds)}::uuid[], ${sql.param(firstDays)}::text[]::date[], ${sql.param(lastDays)}::text[]::date[])
    with ordinality as wanted(creator_id, first_day, last_day, place)`
}

/**
 * For each key the posts of its window, and who met them on those days of it that have ended and had at least 5 people:
 * accounts of one person are one. In the order of `keys`, in one statement. Made for a loader.
 */
export async function findPublicCounts(db: Db | Tx, keys: readonly CountsKey[]): Promise<PublicCounts[]> {
  const posted = db
    .select({
      postCount: sql<number>`coalesce(sum(${creatorDays.postCount}), 0)::int`.as('post_count'),
      signalCount: sql<number>`coalesce(sum(${creatorDays.signalCount}), 0)::int`.as('signal_count'),
    })
    .from(creatorDays)
    .where(sql`${creatorDays.creatorId} = wanted.creator_id and ${creatorDays.day} between wanted.first_day and wanted.last_day`)
    .as('posted')
  const met = sql`(
    with person as (
      select read.day, coalesce(u.identity_cluster_id, read.user_id) id, bool_or(read.has_viewed) has_viewed,
        bool_or(read.has_clicked) has_clicked, bool_or(read.has_ticket) has_ticket
      from ${creatorReaderDays} read left join ${users} u on u.id = read.user_id
      where read.creator_id = wanted.creator_id and read.day >= wanted.first_day and read.day < wanted.last_day
      group by 1, 2
    ), told as (
      select day, count(*) filter (where has_viewed) viewers, count(*) filter (where has_clicked) clickers,
        count(*) filter (where has_ticket) "ticketOpeners"
      from person group by day having count(*) >= ${MIN_PEOPLE}
    )
    select (select coalesce(jsonb_agg(to_jsonb(told) - 'day'), '[]') from told) days,
      (select count(distinct person.id)::int from person join told using (day)) reader_count
  ) met`
  return db
    .select({
      ...posted._.selectedFields,
      days: sql<PublicCounts['days']>`met.days`,
      readerCount: sql<number>`met.reader_count`,
    })
    .from(wantedKeys(keys))
    .crossJoinLateral(posted)
    .crossJoinLateral(met)
    .orderBy(sql`wanted.place`)
}

/** The counts of each key, in the order of `keys`, in one statement; zeros for a creator nothing is known of. Made for a loader. */
export async function findCounts(db: Db | Tx, keys: readonly CountsKey[]): Promise<Counts[]> {
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
    .from(wantedKeys(keys))
    .crossJoinLateral(counted)
    .crossJoinLateral(read)
    .orderBy(sql`wanted.place`)
}
