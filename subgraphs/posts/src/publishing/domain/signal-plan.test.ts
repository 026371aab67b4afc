import { decimal as d, sub } from '@planet/runtime/decimal'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decideSignalPlan, type SignalDraft } from './signal-plan.ts'

const HOUR = 3_600_000
const publishedAt = new Date('2024-01-01T00:00:00Z')
const inHours = (hours: number) => new Date(publishedAt.getTime() + hours * HOUR)

const long: SignalDraft = {
  instrumentId: 'btc-usd',
  side: 'LONG',
  entryKind: 'MARKET',
  entry: d('100'),
  entryExpiresAt: null,
  stop: d('95'),
  targets: [
    { price: d('110'), fraction: d('0.5') },
    { price: d('120'), fraction: d('0.5') },
  ],
  horizonMs: 72 * HOUR,
  conviction: 0.6,
  moveStopToEntryAfter: 1,
}
const short: SignalDraft = {
  ...long,
  side: 'SHORT',
  stop: d('105'),
  targets: [
    { price: d('90'), fraction: d('0.5') },
    { price: d('80'), fraction: d('0.5') },
  ],
}

const faultsOf = (draft: SignalDraft) => {
  const decision = decideSignalPlan(draft, publishedAt)
  return decision.kind === 'Refused' ? decision.faults.map(({ field }) => field) : []
}

describe('a plan', () => {
  it('is accepted for both sides and expires at publication plus horizon', () => {
    const { horizonMs: _, ...plan } = long
    expect(decideSignalPlan(long, publishedAt)).toEqual({
      kind: 'Accepted',
      plan: { ...plan, publishedAt, expiresAt: inHours(72) },
    })
    expect(decideSignalPlan(short, publishedAt)).toMatchObject({ kind: 'Accepted' })
  })

  it('may leave a part of the position to the stop and the horizon', () => {
    expect(faultsOf({ ...long, targets: [{ price: d('110'), fraction: d('0.3') }] })).toEqual([])
  })

  it.each<[string, Partial<SignalDraft>, string[]]>([
    ['an unknown instrument', { instrumentId: null }, ['instrumentId']],
    ['no price to enter at', { entry: d('0') }, ['entry', 'stop']],
    ['a stop on the wrong side', { stop: d('101') }, ['stop']],
    ['a stop at the entry, which risks nothing', { stop: d('100') }, ['stop']],
    ['a stop below zero', { stop: d('-1') }, ['stop']],
    ['no target', { targets: [], moveStopToEntryAfter: null }, ['targets']],
    ['a target on the losing side', { targets: [{ price: d('99'), fraction: d('1') }] }, ['targets.0.price']],
    ['a target at the entry', { targets: [{ price: d('100'), fraction: d('1') }] }, ['targets.0.price']],
    ['targets out of order', { targets: [...long.targets].reverse() }, ['targets.1.price']],
    [
      'a target twice',
      { targets: [110, 110].map((price) => ({ price: d(`${price}`), fraction: d('0.5') })) },
      ['targets.1.price'],
    ],
    ['a fraction of zero', { targets: [{ price: d('110'), fraction: d('0') }] }, ['targets.0.fraction']],
    ['fractions over 1', { targets: [{ price: d('110'), fraction: d('1.000000000000000001') }] }, ['targets']],
    ['a horizon under an hour', { horizonMs: HOUR - 1 }, ['horizon']],
    ['a horizon over 90 days', { horizonMs: 90 * 24 * HOUR + 1 }, ['horizon']],
    ['no horizon at all', { horizonMs: Number.NaN }, ['horizon']],
    ['a conviction of a coin toss', { conviction: 0.5 }, ['conviction']],
    ['a conviction of certainty', { conviction: 0.991 }, ['conviction']],
    ['no conviction at all', { conviction: Number.NaN }, ['conviction']],
    ['a stop that moves before the first target', { moveStopToEntryAfter: 0 }, ['moveStopToEntryAfter']],
    ['a stop that moves after more targets than there are', { moveStopToEntryAfter: 3 }, ['moveStopToEntryAfter']],
    ['a market entry that expires', { entryExpiresAt: inHours(1) }, ['entryExpiresAt']],
    ['a limit that has expired', { entryKind: 'LIMIT', entryExpiresAt: publishedAt }, ['entryExpiresAt']],
    ['a limit beyond the horizon', { entryKind: 'LIMIT', entryExpiresAt: inHours(73) }, ['entryExpiresAt']],
  ])('with %s is refused', (_, change, fields) => {
    expect(faultsOf({ ...long, ...change })).toEqual(fields)
  })

  it.each<[string, Partial<SignalDraft>]>([
    ['the shortest horizon', { horizonMs: HOUR }],
    ['the longest horizon', { horizonMs: 90 * 24 * HOUR }],
    ['the least conviction', { conviction: 0.500001 }],
    ['the highest conviction', { conviction: 0.99 }],
    ['a limit that stands to the end', { entryKind: 'LIMIT', entryExpiresAt: inHours(72) }],
    ['a limit without an end of its own', { entryKind: 'LIMIT' }],
  ])('with %s is accepted', (_, change) => {
    expect(faultsOf({ ...long, ...change })).toEqual([])
  })

  it('is refused with every fault at once, in the order of the fields', () => {
    const worst: SignalDraft = {
      ...short,
      instrumentId: null,
      entryExpiresAt: inHours(1),
      stop: d('99'),
      targets: [
        { price: d('101'), fraction: d('0.9') },
        { price: d('102'), fraction: d('-1') },
        { price: d('-3'), fraction: d('2') },
      ],
      horizonMs: 0,
      conviction: 1,
      moveStopToEntryAfter: 9,
    }
    expect(faultsOf(worst)).toEqual([
      'instrumentId',
      'entryExpiresAt',
      'stop',
      'targets.0.price',
      'targets.1.price',
      'targets.1.price',
      'targets.1.fraction',
      'targets.2.price',
      'targets',
      'horizon',
      'conviction',
      'moveStopToEntryAfter',
    ])
  })

  it('is judged alike for long and short when every price is mirrored', () => {
    const anyPrice = fc.integer({ min: 1, max: 199 })
    const prices = fc.tuple(anyPrice, anyPrice, anyPrice, anyPrice)
    const mirror = (price: number) => sub(d('200'), d(`${price}`))
    fc.assert(
      fc.property(prices, ([entry, stop, first, second]) => {
        const plan = (side: 'LONG' | 'SHORT', price: (value: number) => ReturnType<typeof d>): SignalDraft => ({
          ...long,
          side,
          entry: price(entry),
          stop: price(stop),
          targets: [first, second].map((value) => ({ price: price(value), fraction: d('0.5') })),
        })
        const direct = (value: number) => d(`${value}`)
        expect(faultsOf(plan('SHORT', mirror))).toEqual(faultsOf(plan('LONG', direct)))
      }),
    )
  })
})
