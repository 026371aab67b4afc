import type { Page } from '@planet/runtime/connection'
import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { olderThan } from '@planet/runtime/older-than'
import { prepareOnce } from '@planet/runtime/prepare-once'
import { desc, eq, sql } from 'drizzle-orm'
import { creators, users } from './tables.ts'

/** A creator with what its user row says. */
export type CreatorRow = typeof creators.$inferSelect & { readonly handle: string; readonly displayName: string }

export const creatorColumns = {
  id: creators.id,
  headline: creators.headline,
  followerCount: creators.followerCount,
  followRevision: creators.followRevision,
  openedAt: creators.openedAt,
  handle: users.handle,
  displayName: users.displayName,
}

const selectCreators = (db: Db | Tx) => db.select(creatorColumns).from(creators).innerJoin(users, eq(users.id, creators.id))

const creatorsByIds = prepareOnce((db) =>
  selectCreators(db)
    .where(sql`${creators.id} = any(${sql.placeholder('ids')}::uuid[])`)
    .prepare('creators_by_ids'),
)

/** Rows in the order of `ids`; null where there is none. Made for a loader. */
export async function findCreators(db: Db | Tx, ids: readonly Id<'User'>[]): Promise<(CreatorRow | null)[]> {
  const rows = await creatorsByIds(db).execute({ ids: [...ids] })
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.map((id) => byId.get(id) ?? null)
}

export async function findCreator(db: Db | Tx, id: Id<'User'>): Promise<CreatorRow | null> {
  const [row] = await selectCreators(db).where(eq(creators.id, id))
  return row ?? null
}

export async function getCreator(db: Db | Tx, id: Id<'User'>): Promise<CreatorRow> {
  const row = await findCreator(db, id)
  if (!row) throw new Error(`no creator ${id}`)
  return row
}

export async function findCreatorByHandle(db: Db | Tx, handle: string): Promise<CreatorRow | null> {
  const [row] = await selectCreators(db).where(eq(users.handle, handle))
  return row ?? null
}

/** Latest opened first. */
export function findCreatorsPage(db: Db | Tx, page: Page): Promise<CreatorRow[]> {
  return selectCreators(db)
    .where(olderThan(page, creators.openedAt, creators.id))
    .orderBy(desc(creators.openedAt), desc(creators.id))
    .limit(page.limit)
}

/** True if the profile was opened by this call. */
export async function insertCreator(tx: Tx, row: typeof creators.$inferInsert): Promise<boolean> {
  const inserted = await tx.insert(creators).values(row).onConflictDoNothing().returning({ id: creators.id })
  return inserted.length > 0
}

/** Locks the creator's row until commit, so that its followers change one at a time. */
export async function lockCreator(tx: Tx, id: Id<'User'>): Promise<{ readonly followRevision: number } | null> {
  const [row] = await tx
    .select({ followRevision: creators.followRevision })
    .from(creators)
    .where(eq(creators.id, id))
    .for('update')
  return row ?? null
}

/** Counts a change of the followers of a creator, whose row must be locked. */
export async function addToFollowerCount(tx: Tx, id: Id<'User'>, by: 1 | -1): Promise<{ readonly followRevision: number }> {
  const [updated] = await tx
    .update(creators)
    .set({ followerCount: sql`${creators.followerCount} + ${by}`, followRevision: sql`${creators.followRevision} + 1` })
    .where(eq(creators.id, id))
    .returning({ followRevision: creators.followRevision })
  if (!updated) throw new Error(`no creator ${id}`)
  return updated
}
