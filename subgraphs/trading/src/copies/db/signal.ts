import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { eq, getTableColumns } from 'drizzle-orm'
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
