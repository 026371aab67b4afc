import type { Page } from '@planet/runtime/connection'
import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { holdsAt } from '@planet/runtime/interval'
import { olderThan } from '@planet/runtime/older-than'
import { and, desc, eq, isNull, lte, sql } from 'drizzle-orm'
import { identities } from './tables.ts'

export type IdentityRow = typeof identities.$inferSelect

export async function insertIdentity(tx: Tx, row: typeof identities.$inferInsert): Promise<void> {
  await tx.insert(identities).values(row)
}

/**
 * Stores what is held of a user, whose row must be locked, from `now` on; the instant from which it holds: no earlier than
 * that of what was held before, whichever process's clock is behind.
 */
export async function storeIdentity(
  tx: Tx,
  identity: Omit<typeof identities.$inferInsert, 'revision' | 'from' | 'until'>,
  now: Date,
): Promise<Date> {
  const [ended] = await tx
    .update(identities)
    .set({ until: sql`greatest(${now.toISOString()}::timestamptz, ${identities.from})` })
    .where(and(eq(identities.userId, identity.userId), isNull(identities.until)))
    .returning({ until: identities.until, revision: identities.revision })
  const from = ended?.until ?? now
  await insertIdentity(tx, { ...identity, revision: (ended?.revision ?? 0) + 1, from })
  return from
}

/** Whose account the user's was held to be at `at`; null if it was not registered yet. */
export async function findIdentityAt(db: Db | Tx, userId: Id<'User'>, at: Date): Promise<IdentityRow | null> {
  // Of those that have begun the newest holds: each lasts until the next one begins.
  const [row] = await db
    .select()
    .from(identities)
    .where(and(eq(identities.userId, userId), lte(identities.from, at)))
    .orderBy(desc(identities.revision))
    .limit(1)
  return row ?? null
}

/** Whose accounts were held to be those of one person at `at`, latest found out first; pages by `from` and user. */
export function findClusterAt(db: Db | Tx, identityClusterId: string, at: Date, page: Page): Promise<IdentityRow[]> {
  return db
    .select()
    .from(identities)
    .where(
      and(
        eq(identities.identityClusterId, identityClusterId),
        holdsAt(identities, at),
        olderThan(page, identities.from, identities.userId),
      ),
    )
    .orderBy(desc(identities.from), desc(identities.userId))
    .limit(page.limit)
}
