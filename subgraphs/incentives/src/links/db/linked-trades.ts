import { type Page, parseInstantKey } from '@planet/runtime/connection'
import type { Db, Tx } from '@planet/runtime/database'
import { type Decimal, decimal } from '@planet/runtime/decimal'
import type { Id } from '@planet/runtime/ids'
import { utcDay } from '@planet/runtime/instant'
import { prepareEach } from '@planet/runtime/prepare-once'
import { hasRole, type Viewer } from '@planet/runtime/viewer'
import { and, desc, eq, sql } from 'drizzle-orm'
import { isVisibleTo } from '../../copies/db/circle-member.ts'
import { posts } from '../../copies/db/tables.ts'
import { commonAgreement } from '../domain/link.ts'
import type { Gathering, PublicFigures } from '../domain/privacy.ts'
import { gatheringOf, gatheringsOfPost } from './gathering.ts'
import { linkedTradeCounts, linkedTradeFees, tradeLinks } from './tables.ts'
import { agreementsOf, type TradeLinkRow } from './trade-link.ts'

/** A link with what its trade says about the signals of all its posts that the viewer may see. */
export type LinkedTradeRow = TradeLinkRow & { readonly tradeAgreesWithSignal: boolean | null }

/** What is known of the trades linked to one post, with one page of the links that the viewer may see. */
export type LinkedTrades = {
  /** Null for whoever may not see the rows. */
  readonly exact: PublicFigures | null
  /** What others are told; empty for an analyst. */
  readonly gatherings: readonly Gathering[]
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
  const viewer = reader === 'anybody' ? null : { userId: sql.placeholder('userId') }
  const isRowOfReader = viewer ? sql`${tradeLinks.userId} = ${viewer.userId}` : sql`false`
  const agreement = agreementsOf(db, tradeLinks.tradeId, viewer)
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
      agreements: agreement.agreements,
    })
    .from(tradeLinks)
    .innerJoinLateral(agreement, sql`true`)
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
      counts: { totalCount: linkedTradeCounts.linkCount, eligibleCount: linkedTradeCounts.eligibleCount },
      fees: reader === 'analyst' ? feesOfPost : sql<null>`null`,
      gatherings: reader === 'analyst' ? sql<null>`null` : gatheringsOfPost(sql.placeholder('today')),
      link: link._.selectedFields,
    })
    .from(posts)
    .leftJoin(linkedTradeCounts, eq(linkedTradeCounts.postId, posts.id))
    .leftJoinLateral(link, sql`true`)
    .where(and(sql`${posts.id} = any(${sql.placeholder('ids')}::uuid[])`, isVisibleTo(viewer)))
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
  now: Date,
): Promise<Map<Id<'Post'>, readonly LinkedTrades[]>> {
  const after = page.after === null ? null : parseInstantKey(page.after)
  const rows = await linkedTrades(db, `${readerOf(viewer)} ${after ? 'next' : 'first'}`).execute({
    ids: [...postIds],
    userId: viewer?.userId,
    today: utcDay(now),
    limit: page.limit,
    afterAt: after?.at.toISOString(),
    afterId: after?.id,
  })
  const found = new Map<Id<'Post'>, readonly LinkedTrades[]>()
  for (const [id, ofPost] of Map.groupBy(rows, (row) => row.postId)) {
    const [first] = ofPost
    const feesPaid = (first?.fees ?? []).map(({ currency, amount }) => ({ currency, amount: decimal(amount) }))
    const exact = { ...(first?.counts ?? { totalCount: 0, eligibleCount: 0 }), feesPaid }
    const links = ofPost.flatMap(({ link }) =>
      link ? [{ ...link, tradeAgreesWithSignal: commonAgreement(link.agreements ?? []) }] : [],
    )
    const gatherings = (first?.gatherings ?? []).map(gatheringOf)
    found.set(id, [{ exact: hasRole(viewer, 'analyst') ? exact : null, gatherings, links }])
  }
  return found
}

/** What one new link adds to its post's counters. */
export type LinkedTradeIncrement = {
  readonly postId: Id<'Post'>
  readonly isEligible: boolean
  /** Of the trade. */
  readonly fee: { readonly amount: Decimal; readonly currency: string }
}

/** Counts each post at most once per call. */
export async function addToLinkedTrades(tx: Tx, increments: readonly LinkedTradeIncrement[]): Promise<void> {
  if (increments.length === 0) return
  const counts = increments.map(({ postId, isEligible }) => ({
    postId,
    linkCount: 1,
    eligibleCount: isEligible ? 1 : 0,
  }))
  await tx
    .insert(linkedTradeCounts)
    .values(counts)
    .onConflictDoUpdate({
      target: linkedTradeCounts.postId,
      set: {
        linkCount: sql`${linkedTradeCounts.linkCount} + excluded.link_count`,
        eligibleCount: sql`${linkedTradeCounts.eligibleCount} + excluded.eligible_count`,
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
