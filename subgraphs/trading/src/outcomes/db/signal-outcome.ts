import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { prepareEach } from '@planet/runtime/prepare-once'
import { and, asc, eq, getTableColumns, gt, isNull, lte, ne, notInArray, or, sql } from 'drizzle-orm'
import { type AnyPgColumn, alias } from 'drizzle-orm/pg-core'
import { isVisibleTo } from '../../copies/db/post.ts'
import { type SignalRow, signalColumns } from '../../copies/db/signal.ts'
import { posts, signals } from '../../copies/db/tables.ts'
import { METHOD_VERSION, type SignalOutcome } from '../domain/outcome.ts'
import { storedFill } from './stored-fill.ts'
import { signalOutcomes } from './tables.ts'

export type SignalOutcomeRow = typeof signalOutcomes.$inferSelect

/** What an evaluation says, as the columns hold it. */
export const outcomeColumns = (outcome: SignalOutcome) => ({
  state: outcome.state,
  reason: outcome.reason,
  rGross: outcome.rGross,
  rNet: outcome.rNet,
  feeR: outcome.feeR,
  fundingR: outcome.fundingR,
  maxAdverseR: outcome.mae,
  maxFavourableR: outcome.mfe,
  ambiguous: outcome.ambiguous,
  hasDataGap: outcome.dataGap,
  resolution: outcome.resolution,
  fills: outcome.fills.map(storedFill),
  evaluatedThrough: outcome.evaluatedThrough,
  settledAt: outcome.settledAt,
  methodVersion: outcome.methodVersion,
})

export type OutcomeColumns = Omit<SignalOutcomeRow, 'signalId' | 'revision' | 'dueAt'>

/** Which judgement of a signal. */
export type OutcomeKey = Pick<SignalOutcomeRow, 'signalId' | 'methodVersion'>

/** The judgement by the rules as they are now. */
export const currentOutcome = (signalId: Id<'Signal'>): OutcomeKey => ({ signalId, methodVersion: METHOD_VERSION })

const visibleOutcomes = prepareEach((db, viewer: 'anybody' | 'viewer') =>
  db
    .select(getTableColumns(signalOutcomes))
    .from(signalOutcomes)
    .innerJoin(signals, eq(signals.id, signalOutcomes.signalId))
    .innerJoin(posts, eq(posts.id, signals.postId))
    .where(
      and(
        sql`${signalOutcomes.signalId} = any(${sql.placeholder('ids')}::uuid[])`,
        sql`${signalOutcomes.methodVersion} = any(${sql.placeholder('versions')}::text[])`,
        isVisibleTo(viewer === 'anybody' ? null : sql.placeholder('viewerId')),
      ),
    )
    .prepare('visible_outcomes'),
)

/** For each of `keys` that outcome; null where there is none that `viewerId` may see. Made for a loader. */
export async function findVisibleOutcomes(
  db: Db | Tx,
  keys: readonly OutcomeKey[],
  viewerId: Id<'User'> | null,
): Promise<(SignalOutcomeRow | null)[]> {
  const ids = keys.map(({ signalId }) => signalId)
  const versions = [...new Set(keys.map(({ methodVersion }) => methodVersion))]
  const rows = await visibleOutcomes(db, viewerId === null ? 'anybody' : 'viewer').execute({ ids, versions, viewerId })
  const textOf = ({ signalId, methodVersion }: OutcomeKey) => `${signalId} ${methodVersion}`
  const byKey = new Map(rows.map((outcome) => [textOf(outcome), outcome]))
  return keys.map((key) => byKey.get(textOf(key)) ?? null)
}

/** What each version of the rules has said of a signal, in the order of the versions' names, whoever may see it. */
export const findOutcomesOfSignal = (db: Db | Tx, signalId: Id<'Signal'>): Promise<SignalOutcomeRow[]> =>
  db.select().from(signalOutcomes).where(eq(signalOutcomes.signalId, signalId)).orderBy(asc(signalOutcomes.methodVersion))

/** False if the signal has an outcome of that version; waits for a rival that is storing it now. */
export async function insertOutcomeOnce(
  tx: Tx,
  signalId: Id<'Signal'>,
  outcome: OutcomeColumns,
  dueAt: Date | null,
): Promise<boolean> {
  const inserted = await tx
    .insert(signalOutcomes)
    .values({ signalId, ...outcome, revision: 1, dueAt })
    .onConflictDoNothing()
    .returning({ id: signalOutcomes.signalId })
  return inserted.length > 0
}

/** At most `limit` signals that the rules as they are now have not judged yet, in order of publication. */
export function findUnjudgedSignals(db: Db | Tx, limit: number): Promise<SignalRow[]> {
  return db
    .select(signalColumns)
    .from(signals)
    .innerJoin(posts, eq(posts.id, signals.postId))
    .leftJoin(signalOutcomes, and(eq(signalOutcomes.signalId, signals.id), isCurrent(signalOutcomes)))
    .where(isNull(signalOutcomes.signalId))
    .orderBy(signals.publishedAt, signals.id)
    .limit(limit)
}

const isCurrent = ({ methodVersion }: { readonly methodVersion: AnyPgColumn }) => eq(methodVersion, METHOD_VERSION)

/**
 * Scored signals of the same author, instrument and side, with `settledAt` as far as it has been evaluated; of circles only
 * those of the candidate's own, since whoever sees the candidate must not learn of plans that others are told.
 */
export function findRivalSignals(tx: Tx, candidate: SignalRow): Promise<(SignalRow & { settledAt: Date | null })[]> {
  const { id, postId, authorId, instrumentId, side, publishedAt } = candidate
  return tx
    .select({ ...signalColumns, settledAt: signalOutcomes.settledAt })
    .from(signals)
    .innerJoin(posts, eq(posts.id, signals.postId))
    .innerJoin(signalOutcomes, and(eq(signalOutcomes.signalId, signals.id), isCurrent(signalOutcomes)))
    .where(
      and(
        eq(signals.authorId, authorId),
        eq(signals.instrumentId, instrumentId),
        eq(signals.side, side),
        ne(signals.id, id),
        or(
          eq(posts.audience, 'PUBLIC'),
          sql`${posts.circleId} = (select circle_id from ${posts} own where own.id = ${postId} and own.audience = 'CIRCLE')`,
        ),
        lte(signals.publishedAt, publishedAt),
        notInArray(signalOutcomes.state, ['DUPLICATE', 'INVALID']),
        or(isNull(signalOutcomes.settledAt), gt(signalOutcomes.settledAt, publishedAt)),
        // One that was taken back closes at the open at which the new one can enter.
        or(isNull(posts.retractedAt), sql`${posts.retractedAt} > ${publishedAt.toISOString()}::timestamptz`),
      ),
    )
}

/** True if any outcome is due at `now`. */
export async function hasDueOutcome(db: Db | Tx, now: Date): Promise<boolean> {
  const [due] = await db
    .select({ id: signalOutcomes.signalId })
    .from(signalOutcomes)
    .where(and(isCurrent(signalOutcomes), sql`${signalOutcomes.dueAt} <= ${now.toISOString()}::timestamptz`))
    .limit(1)
  return due !== undefined
}

export type DueOutcome = { readonly signal: SignalRow; readonly outcome: SignalOutcomeRow }

/** Locks at most `limit` outcomes that are due at `now` and that no rival is at, longest due first. */
export function lockDueOutcomes(tx: Tx, now: Date, limit: number): Promise<DueOutcome[]> {
  // A lock names a table without its schema, hence the alias.
  const outcome = alias(signalOutcomes, 'outcome')
  return tx
    .select({ signal: signalColumns, outcome })
    .from(outcome)
    .innerJoin(signals, eq(signals.id, outcome.signalId))
    .innerJoin(posts, eq(posts.id, signals.postId))
    .where(and(isCurrent(outcome), sql`${outcome.dueAt} <= ${now.toISOString()}::timestamptz`))
    .orderBy(outcome.dueAt, outcome.signalId)
    .limit(limit)
    .for('update', { of: outcome, skipLocked: true })
}

/** Stores outcomes that the caller has locked. One statement for all. */
export async function updateOutcomes(tx: Tx, rows: readonly SignalOutcomeRow[]): Promise<void> {
  await tx.execute(sql`
    update ${signalOutcomes} as o set
      state = r."state", reason = r."reason", r_gross = r."rGross", r_net = r."rNet", fee_r = r."feeR", funding_r = r."fundingR",
      max_adverse_r = r."maxAdverseR", max_favourable_r = r."maxFavourableR", ambiguous = r."ambiguous", has_data_gap = r."hasDataGap",
      resolution = r."resolution", fills = r."fills", evaluated_through = r."evaluatedThrough", settled_at = r."settledAt",
      revision = r."revision", due_at = r."dueAt"
    from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as r(
      "signalId" uuid, "state" text, "reason" text, "rGross" float8, "rNet" float8, "feeR" float8, "fundingR" float8,
      "maxAdverseR" float8, "maxFavourableR" float8, "ambiguous" boolean, "hasDataGap" boolean,
      "resolution" text, "fills" jsonb, "evaluatedThrough" timestamptz, "settledAt" timestamptz,
      "methodVersion" text, "revision" integer, "dueAt" timestamptz)
    where o.signal_id = r."signalId" and o.method_version = r."methodVersion"`)
}

/** Lets the outcome of a post's signal, unless it is final, be evaluated again from `at` on. */
export async function wakeOutcomeOfPost(tx: Tx, postId: Id<'Post'>, at: Date): Promise<void> {
  await tx.execute(sql`
    update ${signalOutcomes} as o set due_at = ${at.toISOString()}::timestamptz
    from ${signals} s
    where s.id = o.signal_id and o.method_version = ${METHOD_VERSION} and s.post_id = ${postId}::uuid and o.settled_at is null
      and o.state in ('PENDING_ENTRY', 'OPEN', 'DATA_GAP', 'REVIEW')`)
}

/** Lets the outcomes of an instrument's signals, unless they are final, be evaluated again from their publication on. */
export async function wakeOutcomes(tx: Tx, instrumentId: Id<'Instrument'>): Promise<void> {
  await tx.execute(sql`
    update ${signalOutcomes} as o set due_at = s.published_at
    from ${signals} s
    where s.id = o.signal_id and o.method_version = ${METHOD_VERSION} and s.instrument_id = ${instrumentId}::uuid and o.settled_at is null
      and o.state in ('PENDING_ENTRY', 'OPEN', 'DATA_GAP', 'REVIEW')`)
}
