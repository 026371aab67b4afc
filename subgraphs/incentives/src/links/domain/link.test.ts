import { decimal } from '@planet/runtime/decimal'
import { type Id, newId } from '@planet/runtime/ids'
import { describe, expect, it } from 'vitest'
import type { LinkingKind } from '../../touches/domain/touch.ts'
import {
  agreesWithSignal,
  commonAgreement,
  decideLink,
  type LinkablePost,
  type LinkableTouch,
  type LinkableTrade,
} from './link.ts'

const HOUR_MS = 3_600_000
const id = <Kind extends string>(number: number) => newId<Kind>(new Date(number), new Uint8Array(10))
const [reader, author] = [id<'User'>(1), id<'User'>(2)]
const [btcUsd, btcEur] = [id<'Instrument'>(40), id<'Instrument'>(41)]

const trade: LinkableTrade = {
  id: id<'Trade'>(10),
  userId: reader,
  identityClusterId: 'person 1',
  instrument: { id: btcUsd, baseAsset: 'BTC', quoteAsset: 'USD' },
  fee: decimal('12'),
  orderCreatedAt: new Date('2026-01-24T12:00:00.000Z'),
  isCopy: false,
  isAutomated: false,
  isReferralPaid: false,
  isWashFlagged: false,
}
const post: LinkablePost = {
  id: id<'Post'>(20),
  creatorId: author,
  creatorIdentityClusterId: 'person 2',
}
const touched = (kind: LinkingKind, hoursBefore: number, change: Partial<LinkableTouch> = {}): LinkableTouch => ({
  id: id<'Touch'>(1_000 + hoursBefore),
  userId: reader,
  postId: post.id,
  creatorId: post.creatorId,
  kind,
  at: new Date(trade.orderCreatedAt.getTime() - hoursBefore * HOUR_MS),
  visibleMs: kind === 'VIEW' ? 8_000 : null,
  named: { instrumentIds: [], baseAssets: ['ETH', 'BTC'] },
  ...change,
})
const click = touched('CLICK', 1)

describe('decideLink', () => {
  it('links a trade to the post that its user touched before, and says by which touch', () => {
    const link = decideLink(trade, post, [click])
    expect(link).toEqual({
      kind: 'Eligible',
      postId: post.id,
      creatorId: post.creatorId,
      rule: 'CLICK',
      touchedAt: click.at,
      touches: [click],
    })
  })

  it('links by the instrument or by its base asset, and by nothing else', () => {
    const naming = (instrumentIds: Id<'Instrument'>[], ...baseAssets: string[]) =>
      touched('CLICK', 1, { named: { instrumentIds, baseAssets } })
    expect(decideLink(trade, post, [naming([btcUsd])])).not.toBeNull()
    expect(decideLink(trade, post, [naming([btcEur], 'USD', 'ETH')])).toBeNull()
  })

  it('goes by what the text named when it was touched, whatever the post says at other times', () => {
    const aboutEth = { named: { instrumentIds: [], baseAssets: ['ETH'] } }
    const [before, after] = [touched('CLICK', 3), touched('CLICK', 1, aboutEth)]
    expect(decideLink(trade, post, [before, after])).toMatchObject({ touchedAt: before.at, touches: [before] })
    expect(decideLink(trade, post, [after, touched('VIEW', 2, aboutEth)])).toBeNull()
  })

  it('does not link what was touched at or after the creation of the order, too long before it, or too briefly', () => {
    expect(decideLink(trade, post, [touched('CLICK', 0)])).toBeNull()
    expect(decideLink(trade, post, [touched('CLICK', -1)])).toBeNull()
    expect(decideLink(trade, post, [touched('TICKET', 1.01)])).toBeNull()
    expect(decideLink(trade, post, [touched('VIEW', 1, { visibleMs: 4_999 })])).toBeNull()
    expect(decideLink(trade, post, [])).toBeNull()
  })

  it("does not link another user's touch, nor a touch of another post", () => {
    expect(decideLink(trade, post, [touched('CLICK', 1, { userId: id<'User'>(3) })])).toBeNull()
    expect(decideLink(trade, post, [touched('CLICK', 1, { postId: id<'Post'>(21) })])).toBeNull()
  })

  it('names the touch that weighs most by time decay', () => {
    const ruleOf = (...touches: LinkableTouch[]) => decideLink(trade, post, touches)?.rule
    expect(ruleOf(touched('VIEW', 0.1), touched('CLICK', 2))).toBe('CLICK')
    expect(ruleOf(touched('VIEW', 1), touched('CLICK', 30))).toBe('VIEW')
    expect(ruleOf(touched('CLICK', 0.01), touched('TICKET', 1), touched('VIEW', 0.01))).toBe('TICKET')
  })

  it('counts of the touches of one kind the latest in its window alone', () => {
    const clicks = Array.from({ length: 60 }, (_, i) => touched('CLICK', 60 - i, { id: id<'Touch'>(2_000 + i) }))
    const latest = clicks.at(-1)
    expect(decideLink(trade, post, [...clicks, touched('CLICK', 0)])?.touches).toEqual([latest])
    const link = decideLink(trade, post, [touched('TICKET', 0.5), ...clicks, touched('VIEW', 3), touched('VIEW', 2)])
    expect(link?.touches.map(({ kind, at }) => [kind, at])).toEqual([
      ['TICKET', touched('TICKET', 0.5).at],
      ['CLICK', latest?.at],
      ['VIEW', touched('VIEW', 2).at],
    ])
    expect(decideLink(trade, post, [touched('VIEW', 2), touched('VIEW', 1, { visibleMs: 4_999 })])?.touches).toEqual([
      touched('VIEW', 2),
    ])
  })

  it.each([
    ['AUTHORS_OWN_TRADE', {}, { creatorId: reader }],
    ['SAME_IDENTITY_AS_AUTHOR', {}, { creatorIdentityClusterId: 'person 1' }],
    ['COPY_TRADE', { isCopy: true }, {}],
    ['AUTOMATED_ACCOUNT', { isAutomated: true }, {}],
    ['STABLECOIN_PAIR', { instrument: { id: btcUsd, baseAsset: 'USDC', quoteAsset: 'USDT' } }, {}],
    ['ZERO_FEE', { fee: decimal('0') }, {}],
    ['ZERO_FEE', { fee: decimal('-1') }, {}],
    ['REFERRAL_PAID', { isReferralPaid: true }, {}],
    ['WASH_FLAGGED', { isWashFlagged: true }, {}],
  ] as const)('shows the link but gives %s as the reason of its ineligibility', (reason, tradeChange, postChange) => {
    const link = decideLink({ ...trade, ...tradeChange }, { ...post, ...postChange }, [
      touched('CLICK', 1, { named: { instrumentIds: [btcUsd], baseAssets: [] } }),
    ])
    expect(link).toMatchObject({ kind: 'Ineligible', reason, rule: 'CLICK' })
  })

  it('gives the first reason of several', () => {
    const link = decideLink({ ...trade, isWashFlagged: true, isCopy: true, fee: decimal('0') }, post, [click])
    expect(link).toMatchObject({ reason: 'COPY_TRADE' })
  })

  it('does not take two accounts without a cluster for one person', () => {
    const link = decideLink({ ...trade, identityClusterId: null }, { ...post, creatorIdentityClusterId: null }, [click])
    expect(link?.kind).toBe('Eligible')
  })
})

describe('agreesWithSignal', () => {
  const buy = { side: 'BUY', instrument: trade.instrument } as const
  const sell = { ...buy, side: 'SELL' } as const
  const long = { side: 'LONG', instrumentId: btcUsd, baseAsset: 'BTC' } as const
  const short = { ...long, side: 'SHORT' } as const

  it('compares the sides, and is null without a signal', () => {
    expect(agreesWithSignal(buy, long)).toBe(true)
    expect(agreesWithSignal(sell, short)).toBe(true)
    expect(agreesWithSignal(buy, short)).toBe(false)
    expect(agreesWithSignal(sell, long)).toBe(false)
    expect(agreesWithSignal(sell, null)).toBeNull()
  })

  it('says nothing about a trade of something else than the signal', () => {
    expect(agreesWithSignal(buy, { ...long, instrumentId: btcEur })).toBe(true)
    expect(agreesWithSignal(buy, { ...long, instrumentId: btcEur, baseAsset: 'ETH' })).toBeNull()
    expect(agreesWithSignal(buy, { ...long, instrumentId: btcEur, baseAsset: null })).toBeNull()
  })

  it('is said of the whole trade only if all signals say the same', () => {
    expect(commonAgreement([true, null, true])).toBe(true)
    expect(commonAgreement([false])).toBe(false)
    expect(commonAgreement([true, false])).toBeNull()
    expect(commonAgreement([null])).toBeNull()
    expect(commonAgreement([])).toBeNull()
  })
})
