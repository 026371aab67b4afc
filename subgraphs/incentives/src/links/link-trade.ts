import type { Tx } from '@planet/runtime/database'
import type { PayloadOf } from '@planet/runtime/events/define'
import type { TradeExecuted } from '@planet/runtime/events/trading'
import type { Id } from '@planet/runtime/ids'
import { seedOf } from '@planet/runtime/random'
import { findIdentityClusterId } from '../copies/db/user.ts'
import { findOpenTouches, type TouchedPostRow } from '../touches/db/touch.ts'
import { gatherLinks } from './db/gathering.ts'
import { findConversions, findJourneyTouches } from './db/journey.ts'
import { addToLinkedTrades } from './db/linked-trades.ts'
import { insertTradeOnce } from './db/trade.ts'
import { insertTradeLinks } from './db/trade-link.ts'
import { creditTrade } from './domain/credit.ts'
import { countTouchSets, endedJourneys, type TouchSetCount } from './domain/journey.ts'
import {
  agreesWithSignal,
  decideLink,
  findTradeIneligibility,
  type Link,
  type LinkablePost,
  type LinkableSignal,
  type LinkableTouch,
  type LinkableTrade,
} from './domain/link.ts'

/** Conversion rates are those of the journeys of this long before the order, by about so many readers drawn by the trade's id. */
const JOURNEY_PERIOD_MS = 90 * 86_400_000
const SAMPLED_READERS = 600

/** Links a trade, heard of at `now`, to the posts that its user had met, once: a trade that is known changes nothing. */
export async function linkTrade(tx: Tx, executed: PayloadOf<typeof TradeExecuted>, now: Date): Promise<void> {
  const { tradeId, userId, instrumentId, baseAsset, quoteAsset, side, fee, feeCurrency, orderPlacedAt, executedAt } = executed
  const instrument = { id: instrumentId, baseAsset, quoteAsset }
  const identityClusterId = await findIdentityClusterId(tx, userId)
  const trade: LinkableTrade = { ...executed, id: tradeId, identityClusterId, instrument, orderCreatedAt: orderPlacedAt }
  const touched = await findOpenTouches(tx, { userId, instrumentId, baseAsset, orderPlacedAt })

  const links = decideLinks(trade, touched)
  const credits = creditTrade(trade, links, await findTouchSets(tx, trade, links))
  const signals = new Map(touched.map((row) => [row.post.id, signalOf(row)]))
  const agreements = new Map(
    links.map(({ postId }) => [postId, agreesWithSignal({ side, instrument }, signals.get(postId) ?? null)]),
  )

  const isNew = await insertTradeOnce(tx, {
    id: tradeId,
    userId,
    instrumentId,
    baseAsset,
    side,
    fee,
    feeCurrency,
    orderPlacedAt,
    executedAt,
    ineligibility: findTradeIneligibility(trade),
  })
  if (!isNew || links.length === 0) return
  await storeLinks(tx, executed, links, credits, agreements, now)
}

function decideLinks(trade: LinkableTrade, touched: readonly TouchedPostRow[]): Link[] {
  const touches = touched.map(touchOf)
  const posts = new Map(touched.map((row) => [row.post.id, postOf(row)]))
  return [...posts.values()].flatMap((post) => decideLink(trade, post, touches) ?? [])
}

/** With a single creator to credit there is nothing to share out, and the journeys are not looked at. */
async function findTouchSets(tx: Tx, { id, orderCreatedAt }: LinkableTrade, links: readonly Link[]): Promise<TouchSetCount[]> {
  const creatorIds = [...new Set(links.filter((link) => link.kind === 'Eligible').map((link) => link.creatorId))]
  if (creatorIds.length < 2) return []
  const period = { from: new Date(orderCreatedAt.getTime() - JOURNEY_PERIOD_MS), until: orderCreatedAt }
  const sample = { start: seedOf(id), count: Math.ceil(SAMPLED_READERS / creatorIds.length) }
  const touches = await findJourneyTouches(tx, creatorIds, period, sample)
  const conversions = await findConversions(tx, [...new Set(touches.map((touch) => touch.userId))], period)
  return countTouchSets(endedJourneys(touches, conversions, orderCreatedAt))
}

async function storeLinks(
  tx: Tx,
  { tradeId, userId, executedAt, fee, feeCurrency }: PayloadOf<typeof TradeExecuted>,
  links: readonly Link[],
  credits: ReturnType<typeof creditTrade>,
  agreements: ReadonlyMap<Id<'Post'>, boolean | null>,
  now: Date,
): Promise<void> {
  const linkOf = new Map(links.map((link) => [link.postId, link]))
  const rows = credits.map((credit) => {
    const link = linkOf.get(credit.postId)
    if (!link) throw new Error(`post ${credit.postId} is credited without a link`)
    return {
      ...credit,
      tradeId,
      userId,
      executedAt,
      rule: link.rule,
      touchedAt: link.touchedAt,
      reason: link.kind === 'Eligible' ? null : link.reason,
      agreesWithSignal: agreements.get(credit.postId) ?? null,
    }
  })
  await insertTradeLinks(tx, rows)
  const counted = rows.map(({ postId, reason }) => ({
    postId,
    userId,
    isEligible: reason === null,
    fee: { amount: fee, currency: feeCurrency },
  }))
  await addToLinkedTrades(tx, counted)
  await gatherLinks(tx, counted, now)
}

const touchOf = ({ touch, post, named }: TouchedPostRow): LinkableTouch => ({ ...touch, creatorId: post.authorId, named })

const postOf = ({ post, authorIdentityClusterId }: TouchedPostRow): LinkablePost => ({
  id: post.id,
  creatorId: post.authorId,
  creatorIdentityClusterId: authorIdentityClusterId,
})

const signalOf = ({ post }: TouchedPostRow): LinkableSignal | null =>
  post.signalSide && post.signalInstrumentId
    ? { side: post.signalSide, instrumentId: post.signalInstrumentId, baseAsset: post.signalBaseAsset }
    : null
