import type { Page } from '@planet/runtime/connection'
import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { olderThan } from '@planet/runtime/older-than'
import { and, desc, eq, isNull, sql } from 'drizzle-orm'
import { FOLLOWED, UNFOLLOWED } from '../domain/follow.ts'
import { type CreatorRow, creatorColumns } from './creator.ts'
import { creators, follows, users } from './tables.ts'

export type FollowedCreatorRow = CreatorRow & { readonly followedAt: Date }

type Pair = { readonly userId: Id<'User'>; readonly creatorId: Id<'User'> }

const ofPair = ({ userId, creatorId }: Pair) => and(eq(follows.userId, userId), eq(follows.creatorId, creatorId))

/**
 * Stores that a user follows a creator, whose row must be locked, from `now` on; the instant from which it holds, null if the
 * user follows already. It is no earlier than the end of what was before, whichever process's clock is behind.
 */
export async function insertFollow(tx: Tx, follow: Pair & { readonly revision: number }, now: Date): Promise<Date | null> {
  const before = tx.select({ until: follows.until }).from(follows).where(ofPair(follow)).orderBy(desc(follows.revision)).limit(1)
  const [inserted] = await tx
    .insert(follows)
    .values({ ...follow, ...FOLLOWED, from: sql`greatest(${now.toISOString()}::timestamptz, (${before}))` })
    .onConflictDoNothing()
    .returning({ from: follows.from })
  return inserted?.from ?? null
}

/** Stores that a user follows a creator no longer; the instant from which that holds, null if the user did not follow. */
export async function endFollow(tx: Tx, pair: Pair, now: Date): Promise<Date | null> {
  const [ended] = await tx
    .update(follows)
    .set({
      until: sql`greatest(${now.toISOString()}::timestamptz, ${follows.from})`,
      endReason: UNFOLLOWED.reason,
      endSource: UNFOLLOWED.source,
    })
    .where(and(ofPair(pair), isNull(follows.until)))
    .returning({ until: follows.until })
  return ended?.until ?? null
}

/** For each of `creatorIds`, whether `userId` follows it. Made for a loader. */
export async function findFollowed(db: Db | Tx, userId: Id<'User'>, creatorIds: readonly Id<'User'>[]): Promise<boolean[]> {
  const rows = await db
    .select({ creatorId: follows.creatorId })
    .from(follows)
    .where(
      and(
        eq(follows.userId, userId),
        sql`${follows.creatorId} = any(${sql.param([...creatorIds])}::uuid[])`,
        isNull(follows.until),
      ),
    )
  const followed = new Set(rows.map((row) => row.creatorId))
  return creatorIds.map((id) => followed.has(id))
}

/** Creators whom the user follows, latest first. */
export function findFollowedPage(db: Db | Tx, userId: Id<'User'>, page: Page): Promise<FollowedCreatorRow[]> {
  return db
    .select({ ...creatorColumns, followedAt: follows.from })
    .from(follows)
    .innerJoin(creators, eq(creators.id, follows.creatorId))
    .innerJoin(users, eq(users.id, creators.id))
    .where(and(eq(follows.userId, userId), isNull(follows.until), olderThan(page, follows.from, follows.creatorId)))
    .orderBy(desc(follows.from), desc(follows.creatorId))
    .limit(page.limit)
}
