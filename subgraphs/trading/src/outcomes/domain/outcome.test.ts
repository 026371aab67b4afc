import { decimal as d } from '@planet/runtime/decimal'
import { describe, expect, it } from 'vitest'
import type { SignalPlan } from '../../copies/domain/signal.ts'
import { afterStart, candlesOf, type Prices, START } from '../../market/domain/fixtures.ts'
import { longPlan, options, shortPlan, target } from './fixtures.ts'
import { type EvaluationOptions, evaluateSignal, unscored } from './outcome.ts'

const QUIET: Prices = [100, 101, 99, 100]
const evaluate = (plan: SignalPlan, prices: readonly Prices[], change: Partial<EvaluationOptions> = {}) =>
  evaluateSignal(plan, candlesOf(prices), options(change))
const limit = (change: Partial<SignalPlan> = {}) => longPlan({ entryKind: 'LIMIT', ...change })

describe('the worked examples', () => {
  it('c1_ladder: two targets, fees and funding make 2.97314 R', () => {
    const plan = longPlan({ targets: [target(110, 0.5), target(120, 0.5)] })
    const prices: Prices[] = [
      [100, 106, 99, 105],
      [105, 112, 104, 111],
      [111, 121, 110, 119],
    ]
    const funding = [104, 108, 112].map((mark, index) => ({
      at: afterStart(2 + 4 * index),
      rate: d('0.0001'),
      mark: d(`${mark}`),
    }))
    const outcome = evaluate(plan, prices, { feeRate: d('0.0005'), funding })
    expect(outcome).toMatchObject({ state: 'SETTLED', reason: 'TARGETS', ambiguous: false, resolution: '4h' })
    expect(outcome.rGross).toBe(3)
    expect(outcome.feeR).toBe(0.0215)
    expect(outcome.fundingR).toBe(0.00536)
    expect(outcome.rNet).toBe(2.97314)
    expect(outcome.fills).toMatchObject([
      { at: START, kind: 'ENTRY', price: d('100'), fraction: d('1'), targetIndex: null },
      { at: afterStart(4), kind: 'TARGET', price: d('110'), fraction: d('0.5'), targetIndex: 0 },
      { at: afterStart(8), kind: 'TARGET', price: d('120'), fraction: d('0.5'), targetIndex: 1 },
    ])
    expect([outcome.mae, outcome.mfe]).toEqual([-0.2, 4])
  })

  it('c1_gap: an open through the stop costs 2 R', () => {
    expect(evaluate(longPlan(), [QUIET, [90, 96, 88, 94]])).toMatchObject({
      reason: 'STOP_GAP',
      rNet: -2.0,
      mae: -2,
      settledAt: afterStart(4),
    })
  })

  it('c1_expiry: a last close of 102 is worth 0.4 R', () => {
    const outcome = evaluate(longPlan({ expiresAt: afterStart(8) }), [QUIET, [100, 103, 99, 102], [102, 200, 1, 5]])
    expect(outcome).toMatchObject({ state: 'SETTLED', reason: 'EXPIRED', rNet: 0.4, settledAt: afterStart(8) })
    expect(outcome.fills.at(-1)).toMatchObject({ kind: 'EXPIRED', at: afterStart(8), price: d('102'), fraction: d('1') })
  })
})

describe('the entry', () => {
  it('at the market fills at the open of the first candle that opens at or after the publication', () => {
    const plan = longPlan({ publishedAt: afterStart(0.001), targets: [target(110)] })
    const outcome = evaluate(plan, [
      [100, 200, 1, 100],
      [102, 103, 99, 102],
      [102, 111, 101, 110],
    ])
    expect(outcome.fills[0]).toMatchObject({ at: afterStart(4), price: d('102') })
    expect(outcome.rNet).toBe((110 - 102) / (102 - 95))
    expect(evaluate(longPlan(), [QUIET], { asOf: START }).fills).toMatchObject([{ at: START, price: d('100') }])
  })

  it('at a limit waits until the price comes, and fills at the limit', () => {
    const outcome = evaluate(limit(), [
      [105, 106, 101, 104],
      [104, 105, 100, 101],
      [101, 112, 101, 111],
    ])
    expect(outcome.fills).toMatchObject([
      { at: afterStart(4), price: d('100') },
      { kind: 'TARGET', at: afterStart(8) },
    ])
    expect(outcome).toMatchObject({ rNet: 2, ambiguous: false })
  })

  it('at a limit fills at the open when the market opens beyond it, on both sides', () => {
    expect(
      evaluate(limit(), [
        [105, 106, 101, 104],
        [98, 99, 97, 98],
      ]).fills[0],
    ).toMatchObject({ price: d('98') })
    const short = shortPlan({ entryKind: 'LIMIT' })
    expect(
      evaluate(short, [
        [95, 99, 94, 96],
        [102, 103, 101, 102],
      ]).fills[0],
    ).toMatchObject({ price: d('102') })
  })

  it('that never comes within its time leaves the signal untriggered', () => {
    const prices: Prices[] = [
      [105, 106, 101, 104],
      [104, 105, 101, 104],
      [104, 105, 99, 101],
    ]
    const plan = limit({ entryExpiresAt: afterStart(8) })
    expect(evaluate(plan, prices, { asOf: afterStart(4) }).state).toBe('PENDING_ENTRY')
    expect(evaluate(plan, prices)).toMatchObject({
      state: 'NOT_TRIGGERED',
      reason: null,
      rNet: null,
      mae: null,
      fills: [],
      settledAt: afterStart(8),
    })
  })

  it('finds no candle at all inside a horizon shorter than one', () => {
    expect(evaluate(longPlan({ expiresAt: afterStart(1) }), [QUIET, QUIET]).state).toBe('NOT_TRIGGERED')
  })

  it('and the stop in one candle is a loss of 1 R that no order of prices could avoid', () => {
    expect(evaluate(limit(), [[105, 106, 94, 96]])).toMatchObject({ reason: 'STOP', rNet: -1, ambiguous: false })
  })

  it('beyond the stop is filled and stopped at once, which counts', () => {
    const outcome = evaluate(longPlan(), [[90, 120, 80, 110]], { feeRate: d('0.001') })
    expect(outcome).toMatchObject({ state: 'SETTLED', reason: 'STOP_GAP', rGross: 0, settledAt: START })
    expect(outcome.rNet).toBeCloseTo(-0.036, 15)
  })

  it('at a limit that the first open is better than is filled there, as soon as that is known', () => {
    const plan = limit({ publishedAt: afterStart(0.001) })
    const prices: Prices[] = [QUIET, [98, 99, 97, 98]]
    expect(evaluate(plan, prices, { asOf: afterStart(4) }).fills).toMatchObject([{ at: afterStart(4), price: d('98') }])
    const short = shortPlan({ entryKind: 'LIMIT' })
    expect(evaluate(short, [[102, 103, 101, 102]], { asOf: START }).fills).toMatchObject([{ at: START, price: d('102') }])
  })

  it('at a limit is filled by an open within its time, though the candle closes after it', () => {
    const prices: Prices[] = [
      [105, 106, 101, 104],
      [98, 111, 97, 110],
    ]
    const endingAt = (hours: number) => limit({ entryExpiresAt: afterStart(hours) })
    for (const hours of [4, 5, 8]) {
      expect(evaluate(endingAt(hours), prices).fills[0]).toMatchObject({ at: afterStart(4), price: d('98') })
      expect(evaluate(endingAt(hours), prices, { asOf: afterStart(4) })).toMatchObject({ state: 'OPEN' })
    }
    expect(evaluate(endingAt(3.9), prices)).toMatchObject({ state: 'NOT_TRIGGERED', settledAt: afterStart(3.9) })
    // Reached inside the candle: when, before or after the end, cannot be told.
    expect(evaluate(endingAt(5), [QUIET, QUIET], { asOf: afterStart(8) }).fills[0]).toMatchObject({ at: START })
    expect(evaluate(endingAt(5), [prices[0] ?? null, [104, 105, 99, 104]])).toMatchObject({ state: 'NOT_TRIGGERED' })
  })

  it('beyond a target does not lose by it', () => {
    expect(evaluate(longPlan(), [[112, 113, 111, 112]])).toMatchObject({ reason: 'TARGETS', rNet: 0 })
  })

  it('beyond every target is closed at once, whatever the candle does after it', () => {
    for (const [plan, prices] of [
      [longPlan(), [112, 120, 80, 81]],
      [longPlan(), [110, 110, 80, 81]],
      [longPlan({ moveStopToEntryAfter: 1 }), [112, 120, 80, 81]],
      [shortPlan(), [88, 120, 80, 119]],
    ] as const) {
      const outcome = evaluate(plan, [prices], { asOf: START })
      expect(outcome).toMatchObject({ state: 'SETTLED', reason: 'TARGETS', rNet: 0, mae: 0, mfe: 0, settledAt: START })
      expect(outcome).toMatchObject({ ambiguous: false, openFraction: d('0') })
      const price = d(`${prices[0]}`)
      expect(outcome.fills).toMatchObject([
        { kind: 'ENTRY', at: START, price },
        { kind: 'TARGET', at: START, price, fraction: d('1'), targetIndex: 0 },
      ])
      expect(evaluate(plan, [prices])).toEqual({ ...outcome, evaluatedThrough: START })
    }
  })

  it('beyond every target leaves nothing open that no target was to close', () => {
    const outcome = evaluate(longPlan({ targets: [target(105, 0.25), target(110, 0.25)] }), [[112, 120, 80, 81]])
    expect(outcome).toMatchObject({ state: 'SETTLED', reason: 'TARGETS', rGross: 0 })
    expect(outcome.fills).toMatchObject([
      { kind: 'ENTRY' },
      { kind: 'TARGET', fraction: d('0.25'), targetIndex: 0 },
      { kind: 'TARGET', fraction: d('0.75'), targetIndex: 1 },
    ])
  })

  it('beyond the first target closes its share before the stop takes the rest', () => {
    const plan = longPlan({ targets: [target(105, 0.5), target(120, 0.5)] })
    const outcome = evaluate(plan, [[107, 108, 94, 96]], { feeRate: d('0.001') })
    expect(outcome).toMatchObject({ reason: 'STOP', rGross: -0.5, ambiguous: false })
    expect(outcome.feeR).toBeCloseTo((0.001 * (107 + 0.5 * 107 + 0.5 * 95)) / 12, 12)
    expect(evaluate(plan, [[107, 108, 94, 96]], { asOf: START })).toMatchObject({ state: 'OPEN', openFraction: d('0.5') })
    expect(evaluate(plan, [[107, 121, 106, 120]])).toMatchObject({ reason: 'TARGETS', rGross: (0.5 * 13) / 12 })
  })

  it('beyond the first target moves the stop to the entry, where coming back to it closes the rest', () => {
    const plan = longPlan({ targets: [target(105, 0.5), target(120, 0.5)], moveStopToEntryAfter: 1 })
    expect(evaluate(plan, [[107, 108, 106, 108]])).toMatchObject({ state: 'SETTLED', reason: 'STOP', rNet: 0 })
    const rising: Prices[] = [
      [107, 110, 107, 110],
      [110, 121, 109, 120],
    ]
    expect(evaluate(plan, rising)).toMatchObject({ reason: 'TARGETS', rNet: (0.5 * 13) / 12 })
    const finer = candlesOf(
      [
        [107, 121, 107, 120],
        [120, 120, 106, 106],
        [106, 107, 106, 107],
        [107, 107, 106, 106],
      ],
      '1h',
    )
    const doubtful = [[107, 121, 106, 106]] as const
    expect(evaluate(plan, doubtful)).toMatchObject({ reason: 'STOP', rNet: 0, ambiguous: true })
    expect(evaluate(plan, doubtful, { finerCandles: finer })).toMatchObject({ reason: 'TARGETS', rNet: (0.5 * 13) / 12 })
  })

  it('beyond a target is closed where it is filled, of a signal that is retracted at that open too', () => {
    const plan = longPlan({ targets: [target(105, 0.5), target(120, 0.5)] })
    const closing = { kind: 'RETRACTED', at: START } as const
    expect(evaluate(plan, [[107, 130, 90, 96]], { closing })).toMatchObject({ reason: 'RETRACTED', rGross: 0 })
    expect(evaluate(longPlan(), [[112, 130, 90, 96]], { closing })).toMatchObject({ reason: 'TARGETS', rGross: 0 })
  })

  it('inside a candle is not credited with a high that may have come before it', () => {
    const outcome = evaluate(limit(), [[105, 115, 99, 104], QUIET], { asOf: afterStart(8) })
    expect(outcome).toMatchObject({ state: 'OPEN', ambiguous: true })
    expect(evaluate(limit(), [[105, 115, 99, 112]])).toMatchObject({ reason: 'TARGETS', ambiguous: false, rNet: 2 })
  })
})

describe('one candle', () => {
  const both: Prices = [100, 111, 94, 105]
  const inside = (prices: Prices[]) => candlesOf(prices, '1h')

  it('with stop and target in it is a loss, and says that it is in doubt', () => {
    expect(evaluate(longPlan(), [both])).toMatchObject({ reason: 'STOP', rNet: -1, ambiguous: true, resolution: '4h', mfe: 0 })
    expect(evaluate(shortPlan(), [[100, 106, 89, 95]])).toMatchObject({ reason: 'STOP', rNet: -1, ambiguous: true })
  })

  it('is looked at through finer candles when these are complete', () => {
    const finerCandles = inside([
      [100, 111, 99, 108],
      [108, 109, 94, 95],
      [95, 100, 95, 99],
      [99, 105, 99, 105],
    ])
    expect(evaluate(longPlan(), [both], { finerCandles })).toMatchObject({
      reason: 'TARGETS',
      rNet: 2,
      ambiguous: false,
      resolution: '1h',
    })
    expect(evaluate(longPlan(), [both], { finerCandles: finerCandles.slice(1) })).toMatchObject({ rNet: -1, ambiguous: true })
  })

  it('stays in doubt when the finest candle holds both', () => {
    const finerCandles = inside([
      [100, 111, 94, 108],
      [108, 109, 100, 101],
      [101, 102, 99, 99],
      [99, 105, 99, 105],
    ])
    expect(evaluate(longPlan(), [both], { finerCandles })).toMatchObject({ rNet: -1, ambiguous: true, resolution: '1h' })
  })

  it('is read on the finest of several complete intervals', () => {
    const hours = inside([both, [105, 106, 104, 105], [105, 106, 104, 105], [105, 106, 104, 105]])
    const quarter: Prices = [105, 106, 104, 105]
    const quarters = candlesOf([[100, 111, 99, 110], ...Array<Prices>(14).fill(quarter), [105, 106, 94, 105]], '15m')
    expect(evaluate(longPlan(), [both], { finerCandles: [...hours, ...quarters] })).toMatchObject({ rNet: 2, resolution: '15m' })
  })

  it('fills several targets in order', () => {
    const plan = longPlan({ targets: [target(105, 0.25), target(110, 0.25), target(115, 0.5)] })
    const outcome = evaluate(plan, [[100, 116, 99, 114]])
    expect(outcome.fills.map(({ targetIndex }) => targetIndex)).toEqual([null, 0, 1, 2])
    expect(outcome.rNet).toBe(0.25 * 1 + 0.25 * 2 + 0.5 * 3)
  })

  it('does not pay more than the target when it opens beyond it', () => {
    expect(evaluate(longPlan(), [QUIET, [113, 114, 112, 113]]).rNet).toBe(2)
  })
})

describe('the stop', () => {
  const plan = (moveStopToEntryAfter: number | null) =>
    longPlan({ targets: [target(105, 0.5), target(115, 0.5)], moveStopToEntryAfter })
  const comesBack: Prices[] = [
    [100, 106, 98, 104],
    [104, 105, 94, 95],
  ]

  it('stays where it was after a target', () => {
    expect(evaluate(plan(null), comesBack)).toMatchObject({ reason: 'STOP', rNet: 0.5 * 1 - 0.5 * 1 })
  })

  it('moves to the entry after the declared target', () => {
    const later: Prices[] = [
      [100, 104, 98, 103],
      [103, 106, 102, 104],
      [104, 105, 94, 95],
    ]
    const outcome = evaluate(plan(1), later)
    expect(outcome).toMatchObject({ reason: 'STOP', rNet: 0.5, ambiguous: false })
    expect(outcome.fills.at(-1)).toMatchObject({ price: d('100'), fraction: d('0.5') })
  })

  it('at the entry gaps like any other', () => {
    expect(
      evaluate(plan(1), [
        [100, 106, 100, 104],
        [96, 97, 95.5, 96],
      ]),
    ).toMatchObject({ reason: 'STOP_GAP', rNet: 0.1 })
  })

  it('at the entry is assumed to be hit by a candle that was there, and the doubt is told', () => {
    expect(evaluate(plan(1), comesBack)).toMatchObject({ reason: 'STOP', rNet: 0.5, ambiguous: true })
    expect(evaluate(plan(1), [[100, 106, 98, 99]])).toMatchObject({ reason: 'STOP', rNet: 0.5, ambiguous: false })
  })

  it('at the entry is not hit by the open itself', () => {
    expect(
      evaluate(plan(1), [
        [100, 106, 100, 104],
        [104, 116, 103, 115],
      ]),
    ).toMatchObject({ reason: 'TARGETS', rNet: 2 })
  })
})

describe('the horizon', () => {
  it('closes what targets have left open', () => {
    const plan = longPlan({ targets: [target(105, 0.5)], expiresAt: afterStart(8) })
    const outcome = evaluate(plan, [
      [100, 106, 99, 104],
      [104, 105, 101, 102],
    ])
    expect(outcome).toMatchObject({ reason: 'EXPIRED', rNet: 0.5 * 1 + 0.5 * 0.4 })
  })

  it('takes no candle that closes after it', () => {
    const plan = longPlan({ expiresAt: afterStart(7.5) })
    expect(
      evaluate(plan, [
        [100, 103, 99, 102],
        [102, 111, 90, 91],
      ]),
    ).toMatchObject({ reason: 'EXPIRED', rNet: 0.4 })
  })

  it('is not anticipated: until then the signal is open and has no score', () => {
    const plan = longPlan({ expiresAt: afterStart(7.5) })
    const early = evaluate(plan, [[100, 103, 99, 102]], { asOf: afterStart(7) })
    expect(early).toMatchObject({ state: 'OPEN', reason: null, rNet: null, settledAt: null, evaluatedThrough: afterStart(4) })
  })
})

describe('the author', () => {
  const closing = (kind: 'RETRACTED' | 'REVISED', hours: number) => ({ kind, at: afterStart(hours) })

  it.each(['RETRACTED', 'REVISED'] as const)('closes at the next open, which counts: %s', (kind) => {
    const prices: Prices[] = [QUIET, [100, 102, 99, 101], [98, 200, 1, 5]]
    const outcome = evaluate(longPlan(), prices, { closing: closing(kind, 4.5) })
    expect(outcome).toMatchObject({ state: 'SETTLED', reason: kind, rNet: -0.4, settledAt: afterStart(8) })
    expect(outcome.fills.at(-1)).toMatchObject({ kind, at: afterStart(8), price: d('98') })
  })

  it('does not escape a stop that was hit before the next open, or at it', () => {
    expect(evaluate(longPlan(), [[100, 101, 94, 95]], { closing: closing('RETRACTED', 1) }).reason).toBe('STOP')
    expect(evaluate(longPlan(), [QUIET, [94, 95, 93, 94]], { closing: closing('RETRACTED', 1) }).reason).toBe('STOP_GAP')
  })

  it('waits for the next open of the candles even where finer ones are consulted', () => {
    const finerCandles = candlesOf(
      [
        [100, 101, 99, 100],
        [100, 101, 99, 100],
        [100, 111, 100, 110],
        [110, 110, 94, 105],
      ],
      '1h',
    )
    const change = { closing: closing('RETRACTED', 0.5), finerCandles }
    expect(evaluate(longPlan(), [[100, 111, 94, 105], QUIET], change)).toMatchObject({ reason: 'TARGETS', rNet: 2 })
  })

  it('takes back a limit that is not filled yet', () => {
    const outcome = evaluate(
      limit(),
      [
        [105, 106, 101, 104],
        [99, 100, 98, 99],
      ],
      { closing: closing('RETRACTED', 1) },
    )
    expect(outcome).toMatchObject({ state: 'NOT_TRIGGERED', settledAt: afterStart(4), fills: [] })
  })

  it('cannot take back a market entry: it fills and closes at the same open', () => {
    const plan = longPlan({ publishedAt: afterStart(1) })
    const outcome = evaluate(plan, [QUIET, QUIET], { closing: closing('RETRACTED', 2), feeRate: d('0.001') })
    expect(outcome).toMatchObject({ state: 'SETTLED', reason: 'RETRACTED', rGross: 0, rNet: -0.04 })
  })
})

describe('a signal that is not scored', () => {
  it('has a state and nothing else', () => {
    expect(unscored(longPlan(), 'DUPLICATE')).toMatchObject({ state: 'DUPLICATE', rNet: null, fills: [], settledAt: null })
  })

  it.each<[string, Partial<SignalPlan>]>([
    ['a stop on the wrong side', { stop: d('101') }],
    ['no risk', { stop: d('100') }],
    ['targets out of order', { targets: [target(120, 0.5), target(110, 0.5)] }],
    ['fractions over 1', { targets: [target(110, 0.6), target(120, 0.6)] }],
    ['a fraction of zero', { targets: [target(110, 0)] }],
    ['no time', { expiresAt: START }],
  ])('is invalid with %s', (_, change) => {
    expect(evaluate(longPlan(change), [QUIET])).toMatchObject({ state: 'INVALID', rNet: null, fills: [] })
  })
})
