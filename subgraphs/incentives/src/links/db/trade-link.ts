import { foreignCursor, type Page } from '@planet/runtime/connection'
import type { Db, Tx } from '@planet/runtime/database'
import { formatDecimal } from '@planet/runtime/decimal'
import { type Id, parseId } from '@planet/runtime/ids'
import type { Viewer } from '@planet/runtime/viewer'
import { and, asc, desc, eq, isNotNull, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import { isVisibleTo, type Reader } from '../../copies/db/circle-member.ts'
import { posts } from '../../copies/db/tables.ts'
import { tradeLinks, type trades } from './tables.ts'

export type TradeLinkRow = typeof tradeLinks.$inferSelect

export async function insertTradeLinks(tx: Tx, rows: readonly (typeof tradeLinks.$inferInsert)[]): Promise<void> {
  if (rows.length > 0) await tx.insert(tradeLinks).values([...rows])
}

/**
 * What the posts that the viewer may see say of the trade `tradeId`, each answer once; null if nothing. What a hidden post
 * says would tell that it is there and which side it takes.
 */
export function agreementsOf(db: Db | Tx, tradeId: typeof tradeLinks.tradeId | typeof trades.id, viewer: Reader | null) {
  const other = alias(tradeLinks, 'other')
  return db
    .select({
      agreements: sql<readonly boolean[] | null>`jsonb_agg(distinct ${other.agreesWithSignal})`.as('agreements'),
    })
    .from(other)
    .innerJoin(posts, eq(posts.id, other.postId))
    .where(and(eq(other.tradeId, tradeId), isNotNull(other.agreesWithSignal), isVisibleTo(viewer)))
    .as('agreement')
}

/** The place of a link among those of its trade: greatest credit in time decay first, of equals the smaller post id. */
export const creditKey = (link: Pick<TradeLinkRow, 'creditTimeDecay' | 'postId'>): string =>
  `${formatDecimal(link.creditTimeDecay)},${link.postId}`

export function parseCreditKey(key: string): { readonly creditTimeDecay: string; readonly postId: Id<'Post'> } {
  const [, creditTimeDecay, id = ''] = /^([01](?:\.\d{1,18})?),(.+)$/.exec(key) ?? []
  const postId = parseId<'Post'>(id)
  if (creditTimeDecay === undefined || !postId) throw foreignCursor()
  return { creditTimeDecay, postId }
}

/** For each of `tradeIds` a page of its links to posts that the viewer may see. One statement for all. */
export async function findSourcePosts(
  db: Db | Tx,
  tradeIds: readonly Id<'Trade'>[],
  viewer: Viewer | null,
  page: Page,
): Promise<Map<Id<'Trade'>, readonly TradeLinkRow[]>> {
  const after = page.after === null ? null : parseCreditKey(page.after)
  const follows: SQL | undefined = after
    ? sql`(-${tradeLinks.creditTimeDecay}, ${tradeLinks.postId}) > (-${after.creditTimeDecay}::numeric, ${after.postId}::uuid)`
    : undefined
  const wanted = sql`unnest(${sql.param([...tradeIds])}::uuid[]) wanted(trade_id)`
  const link = db
    .select()
    .from(tradeLinks)
    .where(
      and(
        sql`${tradeLinks.tradeId} = wanted.trade_id`,
        sql`exists (select from ${posts} where ${posts.id} = ${tradeLinks.postId} and ${isVisibleTo(viewer)})`,
        follows,
      ),
    )
    .orderBy(desc(tradeLinks.creditTimeDecay), asc(tradeLinks.postId))
    .limit(page.limit)
    .as('link')
  const rows = await db
    .select()
    .from(wanted)
    .innerJoinLateral(link, sql`true`)
    .orderBy(desc(link.creditTimeDecay), asc(link.postId))
  return Map.groupBy(
    rows.map((row) => row.link),
    (link) => link.tradeId,
  )
}
