import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { utcDay } from '@planet/runtime/instant'
import { and, asc, desc, eq, lt, notInArray, sql } from 'drizzle-orm'
import { type SignalRow, signalColumns } from '../../copies/db/signal.ts'
import { posts, signals } from '../../copies/db/tables.ts'
import { endOfDay } from '../domain/day-mark.ts'
import { METHOD_VERSION } from '../domain/outcome.ts'
import { creatorDayMarks, markedCreators, signalDayMarks, signalOutcomes } from './tables.ts'

export type CreatorDayMarkRow = typeof creatorDayMarks.$inferSelect
export type SignalDayMarkRow = typeof signalDayMarks.$inferSelect

/** The last mark of a creator's days that were over at `at`, with those of the signals; null before the first. */
export async function findMarkAt(
  db: Db | Tx,
  creatorId: Id<'User'>,
  at: Date,
  methodVersion: string = METHOD_VERSION,
): Promise<(CreatorDayMarkRow & { readonly signals: readonly SignalDayMarkRow[] }) | null> {
  const [mark] = await db
    .select()
    .from(creatorDayMarks)
    .where(
      and(
        eq(creatorDayMarks.creatorId, creatorId),
        eq(creatorDayMarks.methodVersion, methodVersion),
        lt(creatorDayMarks.day, utcDay(at)),
      ),
    )
    .orderBy(desc(creatorDayMarks.day))
    .limit(1)
  if (!mark) return null
  const ofSignals = await db
    .select()
    .from(signalDayMarks)
    .where(
      and(
        eq(signalDayMarks.creatorId, creatorId),
        eq(signalDayMarks.methodVersion, methodVersion),
        eq(signalDayMarks.day, mark.day),
      ),
    )
    .orderBy(asc(signalDayMarks.signalId))
  return { ...mark, signals: ofSignals }
}

/** Lets the days of a creator be marked from that of the first signal on. */
export async function insertMarkedCreatorOnce(tx: Tx, creatorId: Id<'User'>, firstDay: string): Promise<void> {
  await tx
    .insert(markedCreators)
    .values({ creatorId, methodVersion: METHOD_VERSION, nextDay: firstDay, dueAt: endOfDay(firstDay) })
    .onConflictDoNothing()
}

/** Not before the rules as they are now have judged all signals of the creator. */
const isDue = (now: Date) => sql`${markedCreators.methodVersion} = ${METHOD_VERSION}
  and ${markedCreators.dueAt} <= ${now.toISOString()}::timestamptz
  and not exists (
    select from ${signals} s left join ${signalOutcomes} o on o.signal_id = s.id and o.method_version = ${METHOD_VERSION}
    where s.author_id = ${markedCreators.creatorId} and o.signal_id is null
  )`

/** The day that is longest due at `now`; null if none is. */
export async function findDueDay(db: Db | Tx, now: Date): Promise<string | null> {
  const [due] = await db
    .select({ day: markedCreators.nextDay })
    .from(markedCreators)
    .where(isDue(now))
    .orderBy(markedCreators.dueAt)
    .limit(1)
  return due?.day ?? null
}

/** Locks at most `limit` creators whose next day `day` is, if it is due at `now` and no rival is at them; in order. */
export async function lockDueCreators(tx: Tx, day: string, now: Date, limit: number): Promise<Id<'User'>[]> {
  const rows = await tx
    .select({ id: markedCreators.creatorId })
    .from(markedCreators)
    .where(and(isDue(now), eq(markedCreators.nextDay, day)))
    .orderBy(markedCreators.creatorId)
    .limit(limit)
    .for('update', { skipLocked: true })
  return rows.map(({ id }) => id)
}

/** Lets the next day of creators that the caller has locked be `nextDay`, due at `dueAt`. */
export async function updateDue(tx: Tx, ids: readonly Id<'User'>[], nextDay: string, dueAt: Date): Promise<void> {
  if (ids.length === 0) return
  await tx
    .update(markedCreators)
    .set({ nextDay, dueAt })
    .where(and(eq(markedCreators.methodVersion, METHOD_VERSION), sql`${markedCreators.creatorId} = any(${idArray(ids)})`))
}

export type SettledSums = { readonly all: number; readonly ofPublic: number }

/** For each creator with anything settled before `end` the sums of `rNet`, always added in the same order. */
export async function sumSettled(tx: Tx, ids: readonly Id<'User'>[], end: Date): Promise<Map<Id<'User'>, SettledSums>> {
  const rows = await tx.execute<{ id: Id<'User'>; of_all: number; of_public: number }>(sql`
    select s.author_id as id, sum(o.r_net order by o.settled_at, o.signal_id) as of_all,
      coalesce(sum(o.r_net order by o.settled_at, o.signal_id) filter (where p.audience = 'PUBLIC'), 0) as of_public
    from ${signals} s join ${posts} p on p.id = s.post_id
    join ${signalOutcomes} o on o.signal_id = s.id and o.method_version = ${METHOD_VERSION}
    where s.author_id = any(${idArray(ids)}) and o.state = 'SETTLED' and o.settled_at < ${end.toISOString()}::timestamptz
    group by s.author_id`)
  return new Map(rows.map(({ id, of_all, of_public }) => [id, { all: of_all, ofPublic: of_public }]))
}

/** The scored signals of creators, published before `end`, that were not final before it. */
export function findSignalsAlive(tx: Tx, ids: readonly Id<'User'>[], end: Date): Promise<SignalRow[]> {
  const at = sql`${end.toISOString()}::timestamptz`
  return tx
    .select(signalColumns)
    .from(signals)
    .innerJoin(posts, eq(posts.id, signals.postId))
    .innerJoin(signalOutcomes, and(eq(signalOutcomes.signalId, signals.id), eq(signalOutcomes.methodVersion, METHOD_VERSION)))
    .where(
      and(
        sql`${signals.authorId} = any(${idArray(ids)})`,
        sql`${signals.publishedAt} < ${at}`,
        notInArray(signalOutcomes.state, ['DUPLICATE', 'INVALID']),
        sql`(${signalOutcomes.settledAt} is null or ${signalOutcomes.settledAt} >= ${at})`,
      ),
    )
    .orderBy(signals.id)
}

/** Stores marks of one day, two statements for all. */
export async function insertMarks(
  tx: Tx,
  creators: readonly CreatorDayMarkRow[],
  ofSignals: readonly SignalDayMarkRow[],
): Promise<void> {
  if (creators.length > 0) await tx.insert(creatorDayMarks).values([...creators])
  if (ofSignals.length > 0) await tx.insert(signalDayMarks).values([...ofSignals])
}

const idArray = (ids: readonly string[]) => sql`${sql.param([...ids])}::uuid[]`
