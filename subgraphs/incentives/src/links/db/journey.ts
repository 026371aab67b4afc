import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { and, eq, gte, isNull, lt, ne, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import { namedAt } from '../../copies/db/post-version.ts'
import { posts, users } from '../../copies/db/tables.ts'
import { touches } from '../../touches/db/tables.ts'
import { isLinking, linkingKind } from '../../touches/db/touch.ts'
import type { Conversion, JourneyTouch } from '../domain/journey.ts'
import { trades } from './tables.ts'

/** From `from` to `until`, which is excluded. */
export type Period = { readonly from: Date; readonly until: Date }

/** Which readers to look at: from `start` on in the order of their hashes, around to the others, at most `count` a creator. */
export type ReaderSample = { readonly start: number; readonly count: number }

/**
 * All touches in the period that can link, by the sampled readers of the creators. Touches of one's own posts, or of those of an
 * account of the same person, are left out: nobody converts himself.
 */
export async function findJourneyTouches(
  db: Db | Tx,
  creatorIds: readonly Id<'User'>[],
  period: Period,
  sample: ReaderSample,
): Promise<JourneyTouch[]> {
  const [reader, author] = [alias(users, 'reader'), alias(users, 'author')]
  const named = namedAt(db, touches.at)
  const rows = await db
    .select({
      userId: touches.userId,
      creatorId: posts.authorId,
      kind: linkingKind,
      at: touches.at,
      visibleMs: touches.visibleMs,
      baseAssets: named.baseAssets,
      signalBaseAsset: posts.signalBaseAsset,
    })
    .from(touches)
    .innerJoin(posts, eq(posts.id, touches.postId))
    .innerJoinLateral(named, sql`true`)
    .leftJoin(reader, eq(reader.id, touches.userId))
    .leftJoin(author, eq(author.id, posts.authorId))
    .where(
      and(
        sql`${touches.userId} in (${readersOf(creatorIds, period, sample)})`,
        isLinking,
        gte(touches.at, period.from),
        lt(touches.at, period.until),
        ne(touches.userId, posts.authorId),
        sql`(${reader.identityClusterId} = ${author.identityClusterId}) is not true`,
      ),
    )
  return rows.map(({ signalBaseAsset, ...row }) => ({
    ...row,
    baseAssets: signalBaseAsset === null ? row.baseAssets : [...row.baseAssets, signalBaseAsset],
  }))
}

/** Reads no more of the index than it returns, however many readers a creator has. */
function readersOf(creatorIds: readonly Id<'User'>[], { from, until }: Period, { start, count }: ReaderSample): SQL {
  const lap = (number: 1 | 2, range: SQL) => sql`(
    select distinct ${sql.raw(`${number}`)} as lap, touch.reader_hash, touch.user_id from ${touches} touch
    where touch.author_id = creator.id and touch.links_until is not null and ${range}
      and touch.at >= ${from.toISOString()}::timestamptz and touch.at < ${until.toISOString()}::timestamptz
    order by touch.reader_hash, touch.user_id limit ${count})`
  return sql`
    select reader.user_id from unnest(${sql.param([...creatorIds])}::uuid[]) creator(id)
    cross join lateral (
      ${lap(1, sql`touch.reader_hash >= ${start}`)} union all ${lap(2, sql`touch.reader_hash < ${start}`)}
      order by lap, reader_hash, user_id limit ${count}
    ) reader`
}

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
