import { type Page, parseInstantKey } from '@planet/runtime/connection'
import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { and, desc, eq, gte, sql } from 'drizzle-orm'
import { tokenRevocations } from './tables.ts'

export type TokenRevocationRow = typeof tokenRevocations.$inferSelect

export async function insertTokenRevocation(
  tx: Tx,
  row: Omit<typeof tokenRevocations.$inferInsert, 'revokedAt'>,
): Promise<TokenRevocationRow> {
  const [inserted] = await tx.insert(tokenRevocations).values(row).returning()
  if (!inserted) throw new Error(`revocation ${row.id} was not stored`)
  return inserted
}

export async function getTokenRevocation(db: Db | Tx, id: Id<'TokenRevocation'>): Promise<TokenRevocationRow> {
  const [row] = await db.select().from(tokenRevocations).where(eq(tokenRevocations.id, id))
  if (!row) throw new Error(`no revocation ${id}`)
  return row
}

/** What was revoked at `since` or later, latest first. */
export function findTokenRevocationsPage(db: Db, since: Date, page: Page): Promise<TokenRevocationRow[]> {
  const after = page.after === null ? null : parseInstantKey(page.after)
  const { revokedAt, id } = tokenRevocations
  return db
    .select()
    .from(tokenRevocations)
    .where(
      and(
        gte(revokedAt, since),
        after ? sql`(${revokedAt}, ${id}) < (${after.at.toISOString()}::timestamptz, ${after.id}::uuid)` : undefined,
      ),
    )
    .orderBy(desc(revokedAt), desc(id))
    .limit(page.limit)
}
