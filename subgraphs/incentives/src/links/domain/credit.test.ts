import { decimal, formatDecimal, sum, toNumber, ZERO } from '@planet/runtime/decimal'
import { newId } from '@planet/runtime/ids'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type LinkingKind, touchesInWindow } from '../../touches/domain/touch.ts'
import { creditTrade } from './credit.ts'
import type { TouchSetCount } from './journey.ts'
import { decideLink, type Link, type LinkablePost, type LinkableTouch, type LinkableTrade } from './link.ts'

const HOUR_MS = 3_600_000
const id = <Kind extends string>(number: number) => newId<Kind>(new Date(number), new Uint8Array(10))
const reader = id<'User'>(1)

const trade: LinkableTrade = {
  id: id<'Trade'>(10),
  userId: reader,
  identityClusterId: null,
  instrument: { id: id<'Instrument'>(40), baseAsset: 'BTC', quoteAsset: 'USD' },
  fee: decimal('12'),
  orderCreatedAt: new Date('2026-01-24T12:00:00.000Z'),
  isCopy: false,
  isAutomated: false,
  isReferralPaid: false,
  isWashFlagged: false,
}
const creator = (number: number) => id<'User'>(100 + number)
const post = (number: number, creatorNumber: number, creatorId = creator(creatorNumber)): LinkablePost => ({
  id: id<'Post'>(number),
  creatorId,
  creatorIdentityClusterId: null,
})
const touched = ({ id: postId, creatorId }: LinkablePost, kind: LinkingKind, hoursBefore: number, number = 0): LinkableTouch => ({
  id: id<'Touch'>(1_000_000 + Math.round(hoursBefore * 1000) * 100 + number),
  userId: reader,
  postId,
  creatorId,
  kind,
  at: new Date(trade.orderCreatedAt.getTime() - hoursBefore * HOUR_MS),
  visibleMs: kind === 'VIEW' ? 5_000 : null,
  named: { instrumentIds: [], baseAssets: ['BTC'] },
})
const linksOf = (posts: readonly LinkablePost[], touches: readonly LinkableTouch[]): Link[] =>
  posts.flatMap((each) => decideLink(trade, each, touches) ?? [])

/** Up to 12 creators with posts, some of them the reader's own and so ineligible; touches in and out of their windows. */
const situations = fc
  .record({
    posts: fc.array(fc.record({ creator: fc.nat(11), isOwn: fc.boolean() }), { minLength: 1, maxLength: 14 }),
    touches: fc.array(
      fc.record({
        post: fc.nat(),
        kind: fc.constantFrom<LinkingKind>('TICKET', 'CLICK', 'VIEW'),
        minutesBefore: fc.integer({ min: -10, max: 4400 }),
      }),
      { maxLength: 30 },
    ),
    touchSets: fc.array(
      fc.record({
        creators: fc.uniqueArray(fc.nat(11), { minLength: 1, maxLength: 12 }),
        journeyCount: fc.integer({ min: 1, max: 50 }),
        conversionCount: fc.nat(50),
      }),
      { maxLength: 12 },
    ),
  })
  .map(({ posts, touches, touchSets }) => {
    const allPosts = posts.map(({ creator: number, isOwn }, i) => post(i, number, isOwn ? reader : undefined))
    const allTouches = touches.flatMap(({ post: pick, kind, minutesBefore }, i) => {
      const target = allPosts[pick % allPosts.length]
      return target ? [touched(target, kind, minutesBefore / 60, i)] : []
    })
    const counts: TouchSetCount[] = touchSets.map(({ creators, journeyCount, conversionCount }) => ({
      creatorIds: creators.sort((a, b) => a - b).map(creator),
      journeyCount,
      conversionCount: Math.min(journeyCount, conversionCount),
    }))
    return { posts: allPosts, touches: allTouches, touchSets: counts }
  })

const MODELS = ['creditLastTouch', 'creditTimeDecay', 'creditShapley'] as const

describe('creditTrade', () => {
  const [p1, p2, p3] = [post(1, 1), post(2, 2), post(3, 3)]
  const touches = [touched(p1, 'VIEW', 20), touched(p2, 'CLICK', 10), touched(p3, 'TICKET', 0.2)]

  it('has the worked shares of c4_decay, with 12 digits', () => {
    const credits = creditTrade(trade, linksOf([p1, p2, p3], touches), [])
    const expected = [0.04728987507457204, 0.21065244542476508, 0.7420576795006628]
    credits.forEach(({ creditTimeDecay }, i) => {
      expect(Math.abs(toNumber(creditTimeDecay) - (expected[i] ?? Number.NaN))).toBeLessThan(1e-11)
      expect(formatDecimal(creditTimeDecay)).toMatch(/^0\.\d{1,12}$/)
    })
  })

  it('gives sixty clicks of one user no more than the last of them', () => {
    const sixty = Array.from({ length: 60 }, (_, i) => touched(p2, 'CLICK', 10 + i / 60, i))
    const credits = creditTrade(trade, linksOf([p1, p2, p3], [...touches, ...sixty]), [])
    expect(credits).toEqual(creditTrade(trade, linksOf([p1, p2, p3], touches), []))
  })

  it('moves no credit when a touch is repeated before the last of its kind', () => {
    const repeated = situations.chain((situation) =>
      fc.record({
        situation: fc.constant(situation),
        agesMs: fc.array(fc.integer({ min: 1, max: 5_000_000 }), { maxLength: 20 }),
      }),
    )
    fc.assert(
      fc.property(repeated, ({ situation, agesMs }) => {
        const again = touchesInWindow(situation.touches, trade.orderCreatedAt).flatMap((touch) =>
          agesMs.map((ageMs, i) => ({ ...touch, id: id<'Touch'>(i), at: new Date(touch.at.getTime() - ageMs) })),
        )
        const creditsOf = (all: readonly LinkableTouch[]) =>
          creditTrade(trade, linksOf(situation.posts, all), situation.touchSets)
        expect(creditsOf([...again, ...situation.touches])).toEqual(creditsOf(situation.touches))
      }),
    )
  })

  it('gives everything to the post touched last', () => {
    const credits = creditTrade(trade, linksOf([p1, p2, p3], touches), [])
    expect(credits.map(({ creditLastTouch }) => formatDecimal(creditLastTouch))).toEqual(['0', '0', '1'])
  })

  it('shares by Shapley among creators and by time decay among the posts of one', () => {
    const [a, b1, b2] = [post(1, 1), post(2, 2), post(3, 2)]
    const links = linksOf([a, b1, b2], [touched(a, 'VIEW', 1), touched(b1, 'CLICK', 0.5), touched(b2, 'CLICK', 12.5)])
    const touchSets = [
      { creatorIds: [a.creatorId], journeyCount: 4, conversionCount: 1 },
      { creatorIds: [a.creatorId, b1.creatorId], journeyCount: 2, conversionCount: 2 },
    ]
    const credits = creditTrade(trade, links, touchSets).map(({ creditShapley }) => formatDecimal(creditShapley))
    expect(credits).toEqual(['0.625', '0.25', '0.125'])
  })

  it('gives the odd unit of three equals to the smallest post id', () => {
    const posts = [p1, p2, p3]
    const credits = creditTrade(
      trade,
      linksOf(
        posts,
        posts.map((each) => touched(each, 'CLICK', 1)),
      ),
      [],
    )
    expect(credits.map(({ creditTimeDecay }) => formatDecimal(creditTimeDecay))).toEqual([
      '0.333333333334',
      '0.333333333333',
      '0.333333333333',
    ])
  })

  it('gives exactly 1 in each model to the eligible and 0 to the others, whatever the touches', () => {
    fc.assert(
      fc.property(situations, ({ posts, touches: situationTouches, touchSets }) => {
        const links = linksOf(posts, situationTouches)
        const credits = creditTrade(trade, links, touchSets)
        expect(credits).toHaveLength(links.length)
        const isEligible = new Map(links.map((link) => [link.postId, link.kind === 'Eligible']))
        const expected = [...isEligible.values()].some(Boolean) ? decimal('1') : ZERO
        for (const model of MODELS) {
          expect(sum(credits.map((credit) => credit[model]))).toEqual(expected)
          for (const credit of credits) {
            expect(credit[model].units >= 0n).toBe(true)
            if (!isEligible.get(credit.postId)) expect(credit[model]).toEqual(ZERO)
          }
        }
      }),
    )
  })

  it('does not depend on the order of posts and touches', () => {
    const shuffledSituations = situations.chain((situation) =>
      fc.record({
        situation: fc.constant(situation),
        posts: fc.shuffledSubarray(situation.posts, { minLength: situation.posts.length }),
        touches: fc.shuffledSubarray(situation.touches, { minLength: situation.touches.length }),
      }),
    )
    fc.assert(
      fc.property(shuffledSituations, ({ situation, posts, touches: other }) => {
        const credits = creditTrade(trade, linksOf(situation.posts, situation.touches), situation.touchSets)
        expect(creditTrade(trade, linksOf(posts, other), situation.touchSets)).toEqual(credits)
      }),
    )
  })
})
