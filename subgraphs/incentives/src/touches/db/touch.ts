import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { and, desc, eq, gte, isNotNull, lt, or, sql } from 'drizzle-orm'
import type { PostRow } from '../../copies/db/post.ts'
import { namedAt } from '../../copies/db/post-version.ts'
import { posts, users } from '../../copies/db/tables.ts'
import type { LinkingKind, Named, Touch } from '../domain/touch.ts'
import { touches } from './tables.ts'

export type TouchRow = typeof touches.$inferSelect

export type TouchedPostRow = {
  readonly touch: Omit<Touch, 'creatorId'>
  readonly post: PostRow
  /** What the text that was touched names. */
  readonly named: Named
  /** Null for an author that is not known here. */
  readonly authorIdentityClusterId: string | null
}

export async function getTouch(db: Db | Tx, id: Id<'Touch'>): Promise<TouchRow> {
  const [row] = await db.select().from(touches).where(eq(touches.id, id))
  if (!row) throw new Error(`no touch ${id}`)
  return row
}

/** True of the touches that can link; of those alone `linkingKind` is the kind. */
export const isLinking = isNotNull(touches.linksUntil)
export const linkingKind = sql<LinkingKind>`${touches.kind}`

/**
 * The user's touches of texts about the instrument or its base asset before `orderPlacedAt` whose window was open then; of
 * those of one post and kind the latest, which alone counts, however many there are. The text is that which stood at the touch.
 */
export function findOpenTouches(
  db: Db | Tx,
  order: {
    readonly userId: Id<'User'>
    readonly instrumentId: Id<'Instrument'>
    readonly baseAsset: string
    readonly orderPlacedAt: Date
  },
): Promise<TouchedPostRow[]> {
  const named = namedAt(db, touches.at)
  return db
    .selectDistinctOn([touches.postId, touches.kind], {
      touch: {
        id: touches.id,
        userId: touches.userId,
        postId: posts.id,
        kind: linkingKind,
        at: touches.at,
        visibleMs: touches.visibleMs,
      },
      post: posts,
      named: named._.selectedFields,
      authorIdentityClusterId: users.identityClusterId,
    })
    .from(touches)
    .innerJoin(posts, eq(posts.id, touches.postId))
    .innerJoinLateral(named, sql`true`)
    .leftJoin(users, eq(users.id, posts.authorId))
    .where(
      and(
        eq(touches.userId, order.userId),
        gte(touches.linksUntil, order.orderPlacedAt),
        lt(touches.at, order.orderPlacedAt),
        or(sql`${order.instrumentId}::uuid = any(${named.instrumentIds})`, sql`${order.baseAsset} = any(${named.baseAssets})`),
      ),
    )
    .orderBy(touches.postId, touches.kind, desc(touches.at), desc(touches.id))
}
