import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { and, eq, gte, isNull, lt, ne, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import type { Conversion, JourneyTouch } from '../domain/journey.ts'
import { posts, touches, trades, users } from './tables.ts'

/** From `from` to `until`, which is excluded. */
export type Period = { readonly from: Date; readonly until: Date }

/**
 * All touches in the period by the `limit` users who touched one of the creators last. Touches of one's own posts, or of
 * those of an account of the same person, are left out: nobody converts himself.
 */
export async function findJourneyTouches(
  db: Db | Tx,
  creatorIds: readonly Id<'User'>[],
  period: Period,
  limit: number,
): Promise<JourneyTouch[]> {
  const readers = db
    .select({ userId: touches.userId })
    .from(touches)
    .innerJoin(posts, eq(posts.id, touches.postId))
    .where(and(sql`${posts.authorId} = any(${sql.param([...creatorIds])}::uuid[])`, isWithin(period)))
    .groupBy(touches.userId)
    .orderBy(sql`max(${touches.at}) desc`, touches.userId)
    .limit(limit)
  const [reader, author] = [alias(users, 'reader'), alias(users, 'author')]
  const rows = await db
    .select({
      userId: touches.userId,
      creatorId: posts.authorId,
      kind: touches.kind,
      at: touches.at,
      visibleMs: touches.visibleMs,
      baseAssets: posts.baseAssets,
      signalBaseAsset: posts.signalBaseAsset,
    })
    .from(touches)
    .innerJoin(posts, eq(posts.id, touches.postId))
    .leftJoin(reader, eq(reader.id, touches.userId))
    .leftJoin(author, eq(author.id, posts.authorId))
    .where(
      and(
        sql`${touches.userId} in (${readers})`,
        isWithin(period),
        ne(touches.userId, posts.authorId),
        sql`(${reader.identityClusterId} = ${author.identityClusterId}) is not true`,
      ),
    )
  return rows.map(({ signalBaseAsset, ...row }) => ({
    ...row,
    baseAssets: signalBaseAsset === null ? row.baseAssets : [...row.baseAssets, signalBaseAsset],
  }))
}

const isWithin = ({ from, until }: Period): SQL | undefined => and(gte(touches.at, from), lt(touches.at, until))

/** Orders of the users in the period that led to a trade worth counting. */
export function findConversions(db: Db | Tx, userIds: readonly Id<'User'>[], { from, until }: Period): Promise<Conversion[]> {
  return db
    .select({ userId: trades.userId, baseAsset: trades.baseAsset, orderCreatedAt: trades.orderPlacedAt })
    .from(trades)
    .where(
      and(
        sql`${trades.userId} = any(${sql.param([...userIds])}::uuid[])`,
        gte(trades.orderPlacedAt, from),
        lt(trades.orderPlacedAt, until),
        isNull(trades.ineligibility),
      ),
    )
}
