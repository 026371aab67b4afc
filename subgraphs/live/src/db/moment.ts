import type { Page } from '@planet/runtime/connection'
import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { and, eq, gt } from 'drizzle-orm'
import { parseNumberKey } from './bullet.ts'
import { moments } from './tables.ts'

export type MomentRow = typeof moments.$inferSelect

/** Tells the session's timeline that something has happened, in the transaction in which it did. */
export async function recordMoment(tx: Tx, moment: Omit<typeof moments.$inferInsert, 'position'>): Promise<void> {
  await tx.insert(moments).values(moment)
}

/** Oldest first. */
export function findMomentsPage(db: Db | Tx, sessionId: Id<'LiveSession'>, page: Page): Promise<MomentRow[]> {
  return db
    .select()
    .from(moments)
    .where(
      and(eq(moments.sessionId, sessionId), page.after === null ? undefined : gt(moments.position, parseNumberKey(page.after))),
    )
    .orderBy(moments.position)
    .limit(page.limit)
}

export const momentKey = ({ position }: MomentRow): string => String(position)
