import { type Page, parseInstantKey } from '@planet/runtime/connection'
import type { Db, Tx } from '@planet/runtime/database'
import { type Decimal, decimal } from '@planet/runtime/decimal'
import type { Id } from '@planet/runtime/ids'
import { prepareEach } from '@planet/runtime/prepare-once'
import { hasRole, type Viewer } from '@planet/runtime/viewer'
import { and, desc, eq, sql } from 'drizzle-orm'
import { isVisibleTo } from './circle-member.ts'
import { linkedTradeCounts, linkedTradeFees, posts, tradeLinks, trades } from './tables.ts'
import type { TradeLinkRow } from './trade-link.ts'

/** A link with what its trade says about all its posts' signals. */
export type LinkedTradeRow = TradeLinkRow & { readonly tradeAgreesWithSignal: boolean | null }

/** What is known of the trades linked to one post, with one page of the links that the viewer may see. */
export type LinkedTrades = {
  readonly counts: { readonly linkCount: number; readonly eligibleCount: number; readonly userCount: number }
  /** By currency. */
  readonly fees: readonly { readonly currency: string; readonly amount: Decimal }[]
  readonly links: readonly LinkedTradeRow[]
}

/** Amounts are texts, since JSON has no exact numbers. */
const feesOfPost = sql<readonly { readonly currency: string; readonly amount: string }[] | null>`(
  select jsonb_agg(jsonb_build_object('currency', fee.currency, 'amount', fee.amount::text) order by fee.currency collate "C")
  from ${linkedTradeFees} fee where fee.post_id = ${posts.id}
)`

/** Rows belong to analysts and, each, to the trade's owner. */
type Reader = 'anybody' | 'owner' | 'analyst'

const readerOf = (viewer: Viewer | null): Reader => {
  if (!viewer) return 'anybody'
  return hasRole(viewer, 'analyst') ? 'analyst' : 'owner'
}

const linkedTrades = prepareEach((db, form: `${Reader} ${'first' | 'next'}`) => {
  const [reader, page] = form.split(' ')
  const viewer = { userId: sql.placeholder('userId') }
  const isRowOfReader = reader === 'anybody' ? sql`false` : sql`${tradeLinks.userId} = ${viewer.userId}`
  const link = db
    .select({
      tradeId: tradeLinks.tradeId,
      postId: tradeLinks.postId,
      userId: tradeLinks.userId,
      executedAt: tradeLinks.executedAt,
      rule: tradeLinks.rule,
      touchedAt: tradeLinks.touchedAt,
      reason: tradeLinks.reason,
      creditLastTouch: tradeLinks.creditLastTouch,
      creditTimeDecay: tradeLinks.creditTimeDecay,
      creditShapley: tradeLinks.creditShapley,
      agreesWithSignal: tradeLinks.agreesWithSignal,
      tradeAgreesWithSignal: sql<boolean | null>`${trades.agreesWithSignal}`.as('trade_agrees_with_signal'),
    })
    .from(tradeLinks)
    .innerJoin(trades, eq(trades.id, tradeLinks.tradeId))
    .where(
      and(
        eq(tradeLinks.postId, posts.id),
        reader === 'analyst' ? undefined : isRowOfReader,
        page === 'next'
          ? sql`(${tradeLinks.executedAt}, ${tradeLinks.tradeId}) < (${sql.placeholder('afterAt')}::timestamptz, ${sql.placeholder('afterId')}::uuid)`
          : undefined,
      ),
    )
    .orderBy(desc(tradeLinks.executedAt), desc(tradeLinks.tradeId))
    .limit(sql.placeholder('limit'))
    .as('link')
  return db
    .select({
      postId: posts.id,
      counts: {
        linkCount: linkedTradeCounts.linkCount,
        eligibleCount: linkedTradeCounts.eligibleCount,
        userCount: linkedTradeCounts.userCount,
      },
      fees: feesOfPost,
      link: link._.selectedFields,
    })
    .from(posts)
    .leftJoin(linkedTradeCounts, eq(linkedTradeCounts.postId, posts.id))
    .leftJoinLateral(link, sql`true`)
    .where(and(sql`${posts.id} = any(${sql.placeholder('ids')}::uuid[])`, isVisibleTo(reader === 'anybody' ? null : viewer)))
    .orderBy(desc(link.executedAt), desc(link.tradeId))
    .prepare('linked_trades')
})

/**
 * One entry for each of `postIds` that is known here and that the viewer may see. Links are listed latest executed first, of
 * one instant the greater trade id. One statement for all.
 */
export async function findLinkedTrades(
  db: Db | Tx,
  postIds: readonly Id<'Post'>[],
  viewer: Viewer | null,
  page: Page,
): Promise<Map<Id<'Post'>, readonly LinkedTrades[]>> {
  const after = page.after === null ? null : parseInstantKey(page.after)
  const rows = await linkedTrades(db, `${readerOf(viewer)} ${after ? 'next' : 'first'}`).execute({
    ids: [...postIds],
    userId: viewer?.userId,
    limit: page.limit,
    afterAt: after?.at.toISOString(),
    afterId: after?.id,
  })
  const found = new Map<Id<'Post'>, readonly LinkedTrades[]>()
  for (const [id, ofPost] of Map.groupBy(rows, (row) => row.postId)) {
    const [first] = ofPost
    const counts = first?.counts ?? { linkCount: 0, eligibleCount: 0, userCount: 0 }
    const fees = (first?.fees ?? []).map(({ currency, amount }) => ({ currency, amount: decimal(amount) }))
    found.set(id, [{ counts, fees, links: ofPost.flatMap((row) => row.link ?? []) }])
  }
  return found
}

/** What one new link adds to its post's counters. */
export type LinkedTradeIncrement = {
  readonly postId: Id<'Post'>
  readonly isEligible: boolean
  readonly isNewUser: boolean
  /** Of the trade. */
  readonly fee: { readonly amount: Decimal; readonly currency: string }
}

/** Counts each post at most once per call. */
export async function addToLinkedTrades(tx: Tx, increments: readonly LinkedTradeIncrement[]): Promise<void> {
  if (increments.length === 0) return
  const counts = increments.map(({ postId, isEligible, isNewUser }) => ({
    postId,
    linkCount: 1,
    eligibleCount: isEligible ? 1 : 0,
    userCount: isNewUser ? 1 : 0,
  }))
  await tx
    .insert(linkedTradeCounts)
    .values(counts)
    .onConflictDoUpdate({
      target: linkedTradeCounts.postId,
      set: {
        linkCount: sql`${linkedTradeCounts.linkCount} + excluded.link_count`,
        eligibleCount: sql`${linkedTradeCounts.eligibleCount} + excluded.eligible_count`,
        userCount: sql`${linkedTradeCounts.userCount} + excluded.user_count`,
      },
    })
  const fees = increments.filter(({ isEligible }) => isEligible).map(({ postId, fee }) => ({ postId, ...fee }))
  if (fees.length === 0) return
  await tx
    .insert(linkedTradeFees)
    .values(fees)
    .onConflictDoUpdate({
      target: [linkedTradeFees.postId, linkedTradeFees.currency],
      set: { amount: sql`${linkedTradeFees.amount} + excluded.amount` },
    })
}
