import { add, compare, type Decimal, decimal as d, sub } from '@planet/runtime/decimal'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { SignalPlan } from '../../copies/domain/signal.ts'
import { aggregateCandles, type Candle, closeTime } from '../../market/domain/candle.ts'
import { afterStart, candlesOf, FAR, type Prices } from '../../market/domain/fixtures.ts'
import { type EvaluationOptions, evaluateSignal, type SignalOutcome } from './outcome.ts'
import { closedFraction } from './position.ts'

type Market = {
  readonly plan: SignalPlan
  readonly candles: readonly Candle[]
  readonly options: Omit<EvaluationOptions, 'asOf'> & { readonly finerCandles: readonly Candle[] }
}

const HOURS = 160
const RUNS = { numRuns: 400 }

const step = fc.record({
  gap: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, fc.integer({ min: -6, max: 6 })),
  move: fc.integer({ min: -3, max: 3 }),
  above: fc.nat({ max: 3 }),
  below: fc.nat({ max: 3 }),
})

/** Hourly candles of a random walk between 20 and 180, whole numbers. */
const walks = fc.array(step, { minLength: HOURS, maxLength: HOURS }).map((steps) => {
  let last = 100
  const bounded = (price: number) => Math.min(180, Math.max(20, price))
  const prices = steps.map(({ gap, move, above, below }): Prices => {
    const open = bounded(last + gap)
    last = bounded(open + move)
    return [open, Math.max(open, last) + above, Math.min(open, last) - below, last]
  })
  return candlesOf(prices, '1h')
})

/** A print far below, or above, everything around it. */
const withSpike = (candle: Candle, isUp: boolean): Candle =>
  isUp ? { ...candle, high: d('190'), close: d('190') } : { ...candle, low: d('10'), close: d('10') }

const ladders = fc.record({
  side: fc.constantFrom('LONG' as const, 'SHORT' as const),
  risk: fc.integer({ min: 1, max: 12 }),
  gains: fc.uniqueArray(fc.integer({ min: 1, max: 15 }), { maxLength: 3 }),
  fraction: fc.constantFrom('0.2', '0.25', '0.333333333333333333'),
  takesAll: fc.boolean(),
  moveStopToEntryAfter: fc.option(fc.integer({ min: 1, max: 3 })),
})

const markets: fc.Arbitrary<Market> = fc
  .record({
    fine: walks,
    ladder: ladders,
    entryKind: fc.constantFrom('MARKET' as const, 'LIMIT' as const),
    offset: fc.integer({ min: -4, max: 4 }),
    publishedAt: fc.integer({ min: 0, max: HOURS - 20 }),
    horizon: fc.integer({ min: 1, max: 90 }),
    entryExpires: fc.option(fc.integer({ min: 1, max: 40 })),
    missing: fc.array(fc.nat({ max: HOURS / 4 - 1 }), { maxLength: 3 }),
    spike: fc.option(fc.record({ index: fc.integer({ min: 20, max: HOURS / 4 - 1 }), isUp: fc.boolean() })),
    calendar: fc.constantFrom('CONTINUOUS' as const, 'SESSIONS' as const),
    hasFiner: fc.boolean(),
    closing: fc.option(
      fc.record({ kind: fc.constantFrom('RETRACTED' as const, 'REVISED' as const), after: fc.nat({ max: 90 }) }),
    ),
    fundingRates: fc.array(fc.integer({ min: -9, max: 9 }), { maxLength: 20 }),
    feeBps: fc.nat({ max: 20 }),
  })
  .map(({ fine, ladder, missing, spike, ...rest }) => {
    const publishedAt = afterStart(rest.publishedAt + 0.5)
    const reference = fine.find(({ openTime }) => openTime >= publishedAt)?.open ?? d('100')
    const entry = add(reference, d(`${rest.offset}`))
    const away = (distance: number) => (ladder.side === 'LONG' ? add : sub)(entry, d(`${distance}`))
    const gains = ladder.gains.toSorted((a, b) => a - b)
    const fraction = (index: number) => {
      const rest = sub(d('1'), sum(gains.slice(1).map(() => d(ladder.fraction))))
      return ladder.takesAll && index === gains.length - 1 ? rest : d(ladder.fraction)
    }
    const plan: SignalPlan = {
      side: ladder.side,
      entryKind: rest.entryKind,
      entry,
      stop: away(-ladder.risk),
      targets: gains.map((gain, index) => ({ price: away(gain), fraction: fraction(index) })),
      publishedAt,
      expiresAt: afterStart(rest.publishedAt + 0.5 + rest.horizon),
      entryExpiresAt: rest.entryExpires === null ? null : afterStart(rest.publishedAt + 0.5 + rest.entryExpires),
      moveStopToEntryAfter: ladder.moveStopToEntryAfter,
    }
    const coarse = aggregateCandles(fine, '4h').map((candle, index) =>
      spike?.index === index ? withSpike(candle, spike.isUp) : candle,
    )
    return {
      plan,
      candles: coarse.filter((_, index) => !missing.includes(index)),
      options: {
        interval: '4h',
        calendar: rest.calendar,
        feeRate: d(`${rest.feeBps / 10_000}`),
        finerCandles: rest.hasFiner ? fine : [],
        closing: rest.closing && { kind: rest.closing.kind, at: afterStart(rest.publishedAt + 0.5 + rest.closing.after) },
        funding: rest.fundingRates.map((rate, index) => ({
          at: afterStart(8 * index),
          rate: d(`${rate / 1000}`),
          mark: d('100'),
        })),
      },
    }
  })

const sum = (values: readonly Decimal[]) => values.reduce(add, d('0'))
const moments = fc.integer({ min: 0, max: (HOURS + 80) * 4 }).map((quarters) => afterStart(quarters / 4))
const isFinal = ({ state }: SignalOutcome) => state === 'SETTLED' || state === 'NOT_TRIGGERED'
const evaluate = ({ plan, candles, options }: Market, asOf = FAR) => evaluateSignal(plan, candles, { ...options, asOf })

/** The candles as they stand at `asOf`: an open candle shows its open, and what follows is anybody's guess. */
const knownAt = (candles: readonly Candle[], asOf: Date, guess: 'NOTHING' | 'NONSENSE'): Candle[] =>
  candles.flatMap((candle) => {
    if (closeTime(candle) <= asOf) return candle
    if (candle.openTime > asOf)
      return guess === 'NOTHING' ? [] : { ...candle, open: d('50'), high: d('190'), low: d('1'), close: d('70') }
    return guess === 'NOTHING'
      ? { ...candle, high: candle.open, low: candle.open, close: candle.open }
      : { ...candle, high: d('195'), low: d('1'), close: d('2') }
  })

it('never looks ahead: nothing that happens after the moment of evaluation changes the outcome', () => {
  fc.assert(
    fc.property(markets, moments, fc.constantFrom('NOTHING' as const, 'NONSENSE' as const), (market, asOf, guess) => {
      const blind = {
        ...market,
        candles: knownAt(market.candles, asOf, guess),
        options: {
          ...market.options,
          finerCandles: knownAt(market.options.finerCandles, asOf, guess),
          funding: (market.options.funding ?? []).filter(({ at }) => at <= asOf),
        },
      }
      expect(evaluate(blind, asOf)).toEqual(evaluate(market, asOf))
    }),
    RUNS,
  )
})

it('is the same asked again and again as asked once at the end, and a final outcome never changes', () => {
  fc.assert(
    fc.property(markets, moments, (market, asOf) => {
      const atLast = evaluate(market)
      const asked = evaluate(market, asOf)
      if (isFinal(asked)) expect(asked).toEqual(atLast)
      if (!atLast.settledAt) return
      expect(isFinal(atLast)).toBe(true)
      expect(evaluate(market, atLast.settledAt)).toEqual(atLast)
      expect(isFinal(evaluate(market, new Date(atLast.settledAt.getTime() - 1)))).toBe(false)
    }),
    RUNS,
  )
})

it('keeps the fills it has told: later ones are only added', () => {
  fc.assert(
    fc.property(markets, moments, (market, asOf) => {
      const early = evaluate(market, asOf).fills
      expect(evaluate(market).fills.slice(0, early.length)).toEqual(early)
    }),
    RUNS,
  )
})

it('is the same in R for a long and for the short of which every price is the mirror image', () => {
  const mirror = (price: Decimal) => sub(d('200'), price)
  const mirrored = (candles: readonly Candle[]) =>
    candles.map((candle) => ({
      ...candle,
      open: mirror(candle.open),
      high: mirror(candle.low),
      low: mirror(candle.high),
      close: mirror(candle.close),
      // Log returns have no mirror image, so neither has the outlier guard.
      flags: ['CONFIRMED' as const],
    }))
  fc.assert(
    fc.property(markets, ({ plan, candles, options }) => {
      const free = { ...options, feeRate: d('0'), asOf: FAR }
      const direct = evaluateSignal(
        plan,
        candles.map((candle) => ({ ...candle, flags: ['CONFIRMED' as const] })),
        free,
      )
      const image = evaluateSignal(
        {
          ...plan,
          side: plan.side === 'LONG' ? 'SHORT' : 'LONG',
          entry: mirror(plan.entry),
          stop: mirror(plan.stop),
          targets: plan.targets.map((target) => ({ ...target, price: mirror(target.price) })),
        },
        mirrored(candles),
        {
          ...free,
          finerCandles: mirrored(options.finerCandles),
          funding: (options.funding ?? []).map((event) => ({ ...event, rate: sub(d('0'), event.rate) })),
        },
      )
      expect({ ...image, fills: image.fills.map((fill) => ({ ...fill, price: mirror(fill.price) })) }).toEqual(direct)
    }),
    RUNS,
  )
})

it('closes exactly what it has opened, and a settled signal has nothing open', () => {
  fc.assert(
    fc.property(markets, moments, (market, asOf) => {
      const outcome = evaluate(market, asOf)
      const whole = add(closedFraction(outcome), outcome.openFraction)
      expect(whole).toEqual(outcome.fills.length > 0 ? d('1') : d('0'))
      if (outcome.state === 'SETTLED') expect(outcome.openFraction).toEqual(d('0'))
      if (outcome.state === 'OPEN') expect(compare(outcome.openFraction, d('0'))).toBe(1)
    }),
    RUNS,
  )
})

it('has a net R of gross less fees less funding, and a gross R between its worst and its best moment', () => {
  fc.assert(
    fc.property(markets, (market) => {
      const { state, reason, rGross, feeR, fundingR, rNet, mae, mfe } = evaluate(market)
      expect(reason !== null).toBe(state === 'SETTLED')
      expect([rGross, feeR, fundingR, rNet].every((value) => (value !== null) === (state === 'SETTLED'))).toBe(true)
      if (rGross === null || feeR === null || fundingR === null || rNet === null || mae === null || mfe === null) return
      expect(rNet).toBeCloseTo(rGross - feeR - fundingR, 12)
      expect(feeR).toBeGreaterThanOrEqual(0)
      expect(mae).toBeLessThanOrEqual(Math.min(0, rGross))
      expect(mfe).toBeGreaterThanOrEqual(Math.max(0, rGross))
    }),
    RUNS,
  )
})

it('meets every state and every reason in these markets, so that the properties above mean something', () => {
  const seen = new Set<string>()
  fc.assert(
    fc.property(markets, moments, (market, asOf) => {
      for (const { state, reason, ambiguous, dataGap, resolution } of [evaluate(market), evaluate(market, asOf)]) {
        for (const fact of [state, reason, ambiguous && 'ambiguous', dataGap && 'gap', resolution]) if (fact) seen.add(fact)
      }
    }),
    { numRuns: 1500, seed: 1 },
  )
  const states = ['PENDING_ENTRY', 'NOT_TRIGGERED', 'OPEN', 'SETTLED', 'DATA_GAP', 'REVIEW']
  const reasons = ['TARGETS', 'STOP', 'STOP_GAP', 'EXPIRED', 'RETRACTED', 'REVISED']
  expect([...seen].sort()).toEqual([...states, ...reasons, 'ambiguous', 'gap', '4h', '1h'].sort())
})
