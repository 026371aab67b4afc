import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { prepareEach } from '@planet/runtime/prepare-once'
import { and, desc, eq, getTableColumns, type Placeholder, type SQL, sql } from 'drizzle-orm'
import { circleMembers, posts, postVersions } from './tables.ts'

/** A post with what one of its texts names. */
export type PostRow = typeof posts.$inferSelect & Pick<typeof postVersions.$inferSelect, 'instrumentIds' | 'baseAssets'>

/** Whether `viewerId` (null: anonymous) may see a post: everybody, or for a circle's post its author and its members. */
export const isVisibleTo = (viewerId: Id<'User'> | Placeholder | null): SQL =>
  viewerId === null
    ? eq(posts.audience, 'PUBLIC')
    : sql`(${posts.audience} = 'PUBLIC' or ${posts.authorId} = ${viewerId} or exists (
        select from ${circleMembers} where ${circleMembers.circleId} = ${posts.circleId} and ${circleMembers.userId} = ${viewerId}
      ))`

/**
 * With the text that stood at `at`, or the first one where none did: the clocks of two processes differ. Null also for a post
 * that `viewerId` may not see.
 */
export async function findVisiblePostAt(db: Db | Tx, id: Id<'Post'>, viewerId: Id<'User'>, at: Date): Promise<PostRow | null> {
  const { instrumentIds, baseAssets } = postVersions
  const [row] = await db
    .select({ ...getTableColumns(posts), instrumentIds, baseAssets })
    .from(posts)
    .innerJoin(postVersions, eq(postVersions.postId, posts.id))
    .where(
      and(
        eq(posts.id, id),
        sql`${postVersions.writtenAt} <= greatest(${at.toISOString()}::timestamptz, ${posts.publishedAt})`,
        isVisibleTo(viewerId),
      ),
    )
    .orderBy(desc(postVersions.writtenAt), desc(postVersions.version))
    .limit(1)
  return row ?? null
}

const visiblePostIds = prepareEach((db, viewer: 'anybody' | 'viewer') =>
  db
    .select({ id: posts.id })
    .from(posts)
    .where(
      and(
        sql`${posts.id} = any(${sql.placeholder('ids')}::uuid[])`,
        isVisibleTo(viewer === 'anybody' ? null : sql.placeholder('viewerId')),
      ),
    )
    .prepare('visible_post_ids'),
)

/** For each of `ids` whether `viewerId` may see that post. Made for a loader. */
export async function areVisible(db: Db | Tx, ids: readonly Id<'Post'>[], viewerId: Id<'User'> | null): Promise<boolean[]> {
  const rows = await visiblePostIds(db, viewerId === null ? 'anybody' : 'viewer').execute({ ids: [...ids], viewerId })
  const visible = new Set(rows.map(({ id }) => id))
  return ids.map((id) => visible.has(id))
}
