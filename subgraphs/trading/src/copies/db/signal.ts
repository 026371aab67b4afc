import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { and, eq, getTableColumns, gt, isNull, lte, ne, notInArray, or, sql } from 'drizzle-orm'
import { signalOutcomes } from '../../outcomes/db/tables.ts'
import type { SignalPlan } from '../domain/signal.ts'
import { targetOf } from './stored-target.ts'
import { posts, signals } from './tables.ts'

/** A plan with what matters of its post. */
export type SignalRow = typeof signals.$inferSelect & Pick<typeof posts.$inferSelect, 'audience' | 'retractedAt'>

export const signalColumns = { ...getTableColumns(signals), audience: posts.audience, retractedAt: posts.retractedAt }

export const planOf = (row: SignalRow): SignalPlan => ({ ...row, targets: row.targets.map(targetOf) })

export async function findSignalOfPost(db: Db | Tx, postId: Id<'Post'>): Promise<SignalRow | null> {
  const [row] = await db
    .select(signalColumns)
    .from(signals)
    .innerJoin(posts, eq(posts.id, signals.postId))
    .where(eq(signals.postId, postId))
  return row ?? null
}

/** True if the signal is stored by this call. */
export async function insertSignalOnce(tx: Tx, row: typeof signals.$inferInsert): Promise<boolean> {
  const inserted = await tx.insert(signals).values(row).onConflictDoNothing().returning({ id: signals.id })
  return inserted.length > 0
}

/**
 * Scored signals of the same author, instrument and side, with `settledAt` as far as it has been evaluated; of circles only
 * those of the candidate's own, since whoever sees the candidate must not learn of plans that others are told.
 */
export function findRivalSignals(
  tx: Tx,
  candidate: typeof signals.$inferInsert,
): Promise<(SignalRow & { settledAt: Date | null })[]> {
  const { id, postId, authorId, instrumentId, side, publishedAt } = candidate
  return tx
    .select({ ...signalColumns, settledAt: signalOutcomes.settledAt })
    .from(signals)
    .innerJoin(posts, eq(posts.id, signals.postId))
    .innerJoin(signalOutcomes, eq(signalOutcomes.signalId, signals.id))
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
