import { type Page, parseInstantKey } from '@planet/runtime/connection'
import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { and, desc, eq, sql } from 'drizzle-orm'
import { type CreatorRow, creatorColumns } from './creator.ts'
import { creators, follows, users } from './tables.ts'

export type FollowedCreatorRow = CreatorRow & { readonly followedAt: Date }

/** True if this call made the follow. */
export async function insertFollow(tx: Tx, row: typeof follows.$inferInsert): Promise<boolean> {
  const inserted = await tx.insert(follows).values(row).onConflictDoNothing().returning({ userId: follows.userId })
  return inserted.length > 0
}

/** True if this call ended a follow. */
export async function deleteFollow(tx: Tx, userId: Id<'User'>, creatorId: Id<'User'>): Promise<boolean> {
  const deleted = await tx
    .delete(follows)
    .where(and(eq(follows.userId, userId), eq(follows.creatorId, creatorId)))
    .returning({ userId: follows.userId })
  return deleted.length > 0
}

/** For each of `creatorIds`, whether `userId` follows it. Made for a loader. */
export async function findFollowed(db: Db | Tx, userId: Id<'User'>, creatorIds: readonly Id<'User'>[]): Promise<boolean[]> {
  const rows = await db
    .select({ creatorId: follows.creatorId })
    .from(follows)
    .where(and(eq(follows.userId, userId), sql`${follows.creatorId} = any(${sql.param([...creatorIds])}::uuid[])`))
  const followed = new Set(rows.map((row) => row.creatorId))
  return creatorIds.map((id) => followed.has(id))
}

/** Creators whom the user follows, latest first. */
export function findFollowedPage(db: Db | Tx, userId: Id<'User'>, page: Page): Promise<FollowedCreatorRow[]> {
  const after = page.after === null ? null : parseInstantKey(page.after)
  return db
    .select({ ...creatorColumns, followedAt: follows.followedAt })
    .from(follows)
    .innerJoin(creators, eq(creators.id, follows.creatorId))
    .innerJoin(users, eq(users.id, creators.id))
    .where(
      and(
        eq(follows.userId, userId),
        after
          ? sql`(${follows.followedAt}, ${follows.creatorId}) < (${after.at.toISOString()}::timestamptz, ${after.id}::uuid)`
          : undefined,
      ),
    )
    .orderBy(desc(follows.followedAt), desc(follows.creatorId))
    .limit(page.limit)
}
