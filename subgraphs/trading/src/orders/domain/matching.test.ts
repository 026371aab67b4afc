import { compare, decimal, formatDecimal, mulHalfEven } from '@planet/runtime/decimal'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Candle, Interval } from '../../market/domain/candle.ts'
import { closeTime } from '../../market/domain/candle.ts'
import { feeRateOf } from '../../market/domain/instrument.ts'
import { decideMatch, executionOn, type RestingOrder } from './matching.ts'
import { findOrderFaults } from './order.ts'

const d = decimal
const at = (hour: number) => new Date(Date.UTC(2024, 0, 1, hour))
const candle = (
  hour: number,
  [open, high, low, close]: readonly [string, string, string, string],
  interval: Interval = '1h',
): Candle => ({
  openTime: at(hour),
  interval,
  open: d(open),
  high: d(high),
  low: d(low),
  close: d(close),
  volume: null,
  flags: [],
})
const market: RestingOrder = { side: 'BUY', kind: 'MARKET', limitPrice: null, quantity: d('2'), placedAt: at(1), expiresAt: null }
const limit: RestingOrder = { ...market, kind: 'LIMIT', limitPrice: d('100') }
const match = (order: RestingOrder, candles: readonly Candle[], now: Date) =>
  decideMatch(order, candles, { feeBps: d('5'), finestInterval: '1h', now })

const series = [
  candle(0, ['90', '95', '85', '91']),
  candle(1, ['102', '103', '99', '101']),
  candle(2, ['98', '105', '97', '104']),
]

describe('a market order', () => {
  it('fills at the open of the first candle that opens at or after it, as soon as that is known', () => {
    expect(match(market, series, at(1))).toEqual({
      kind: 'Filled',
      price: d('102'),
      notional: d('204'),
      fee: d('0.102'),
      executedAt: at(1),
    })
  })

  it('does not fill on the candle in progress when it was placed', () => {
    const late = { ...market, placedAt: new Date(at(1).getTime() + 1) }
    expect(match(late, series, at(1))).toEqual({ kind: 'Waiting', dueAt: at(2) })
    expect(match(late, series, at(2))).toMatchObject({ kind: 'Filled', price: d('98'), executedAt: at(2) })
  })

  it('takes the finer of two candles with the same open time', () => {
    const both = [candle(1, ['102', '103', '99', '101'], '4h'), candle(1, ['101.5', '102', '101', '102'], '1m')]
    expect(match(market, both, at(1))).toMatchObject({ price: d('101.5') })
  })
})

describe('a limit order', () => {
  it('fills at its limit once a candle that reaches it has closed', () => {
    expect(match(limit, series, new Date(at(2).getTime() - 1))).toEqual({ kind: 'Waiting', dueAt: at(2) })
    expect(match(limit, series, at(2))).toMatchObject({ kind: 'Filled', price: d('100'), executedAt: at(2) })
  })

  it('fills at an open that is as good or better, then and there', () => {
    const opening = (price: string) => candle(2, [price, '105', '97', '104'])
    for (const [side, price] of [
      ['BUY', '98'],
      ['BUY', '100'],
      ['SELL', '103'],
      ['SELL', '100'],
    ] as const)
      expect(executionOn({ ...limit, side }, opening(price), at(2))).toEqual({ price: d(price), executedAt: at(2) })
    expect(executionOn(limit, opening('100.01'), at(2))).toBeNull()
    expect(executionOn(limit, opening('100.01'), at(3))).toEqual({ price: d('100'), executedAt: at(3) })
  })

  it('that is marketable fills like a market order, at the open of the first candle after it', () => {
    const marketable = { ...limit, limitPrice: d('102.5') }
    for (const now of [at(1), at(2), at(9)])
      expect(match(marketable, series, now)).toEqual({ ...match(market, series, now), kind: 'Filled', executedAt: at(1) })
    const ending = { ...marketable, expiresAt: new Date(at(1).getTime() + 1) }
    expect(match(ending, series, at(9))).toMatchObject({ kind: 'Filled', executedAt: at(1) })
  })

  it('does not fill on a candle that only comes near it', () => {
    expect(match({ ...limit, limitPrice: d('96.99') }, series, at(9))).toMatchObject({ kind: 'Waiting' })
    expect(match({ ...limit, side: 'SELL', limitPrice: d('105.01') }, series, at(9))).toMatchObject({ kind: 'Waiting' })
  })
})

describe('an order with an end', () => {
  it('fills up to it and expires after it, however late anybody looks', () => {
    const order = { ...limit, expiresAt: at(2) }
    expect(match(order, series, at(9))).toMatchObject({ kind: 'Filled', executedAt: at(2) })
    expect(match({ ...order, expiresAt: new Date(at(2).getTime() - 1) }, series, at(9))).toEqual({ kind: 'Expired' })
  })

  it('is looked at again when it ends, and else with the next candle', () => {
    const soon = new Date(at(1).getTime() + 60_000)
    expect(match({ ...limit, expiresAt: soon }, [], at(1))).toEqual({ kind: 'Waiting', dueAt: soon })
  })
})

const price = fc.integer({ min: 1, max: 400 }).map((ticks) => d(String(ticks / 4)))
const candles = fc.array(fc.tuple(price, price, price, price), { minLength: 1, maxLength: 8 }).map((rows) =>
  rows.map((prices, hour) => {
    const sorted = prices.toSorted(compare).map(formatDecimal) as [string, string, string, string]
    return candle(hour, [sorted[1], sorted[3], sorted[0], sorted[2]])
  }),
)
const anyOrder = fc.record({
  side: fc.constantFrom('BUY' as const, 'SELL' as const),
  kind: fc.constantFrom('MARKET' as const, 'LIMIT' as const),
  limitPrice: price,
  quantity: price,
  placedAt: fc.integer({ min: 0, max: 6 }).map(at),
  expiresAt: fc.option(fc.integer({ min: 0, max: 9 }).map(at)),
})

it('gives the same execution whether it is asked at every step or once at the end', () => {
  fc.assert(
    fc.property(anyOrder, candles, (order, all) => {
      const stepwise = Array.from({ length: 12 }, (_, hour) => match(order, all, at(hour))).find(({ kind }) => kind !== 'Waiting')
      expect(stepwise ?? 'never').toEqual(stepwise ? match(order, all, at(20)) : 'never')
    }),
  )
})

it('never looks at a candle that has not closed, beyond its open', () => {
  fc.assert(
    fc.property(anyOrder, candles, fc.integer({ min: 0, max: 9 }), (order, all, hour) => {
      const known = all
        .filter(({ openTime }) => openTime <= at(hour))
        .map((row) => (closeTime(row) <= at(hour) ? row : { ...row, high: row.open, low: row.open, close: row.open }))
      expect(match(order, all, at(hour))).toEqual(match(order, known, at(hour)))
    }),
  )
})

it('never charges less than the fee, and less than 10^-18 too much', () => {
  fc.assert(
    fc.property(fc.bigInt(1n, 10n ** 28n), fc.bigInt(0n, 100n * 10n ** 18n), (units, feeBps) => {
      const order = { ...market, quantity: { units } }
      const decision = decideMatch(order, [candle(1, ['102', '103', '99', '101'])], {
        feeBps: { units: feeBps },
        finestInterval: '1h',
        now: at(1),
      })
      if (decision.kind !== 'Filled') throw new Error('a market order fills')
      expect(decision.notional).toEqual(mulHalfEven(d('102'), { units }))
      const exact = decision.notional.units * feeRateOf({ units: feeBps }).units
      const excess = decision.fee.units * 10n ** 18n - exact
      expect(excess >= 0n && excess < 10n ** 18n).toBe(true)
    }),
  )
})

describe('the input of an order', () => {
  const rules = { tickSize: d('0.01'), lotSize: d('0.001') }
  const request = { kind: 'LIMIT' as const, quantity: d('1.5'), limitPrice: d('100.01'), expiresAt: at(5) }

  it('is accepted on the grid of ticks and lots', () => {
    expect(findOrderFaults(request, rules, at(4))).toEqual([])
    expect(findOrderFaults({ ...request, kind: 'MARKET', limitPrice: null, expiresAt: null }, rules, at(4))).toEqual([])
  })

  it('is refused with every fault at once', () => {
    const faults = findOrderFaults(
      { kind: 'LIMIT', quantity: d('0.0005'), limitPrice: d('100.005'), expiresAt: at(4) },
      rules,
      at(4),
    )
    expect(faults.map(({ field }) => field)).toEqual(['quantity', 'limitPrice', 'expiresAt'])
  })

  it.each([
    [{ ...request, kind: 'MARKET' as const }, 'limitPrice'],
    [{ ...request, limitPrice: null }, 'limitPrice'],
    [{ ...request, limitPrice: d('0') }, 'limitPrice'],
    [{ ...request, quantity: d('-1') }, 'quantity'],
    [{ ...request, quantity: d('1000000000.001') }, 'quantity'],
  ])('is refused off the grid (%#)', (bad, field) => {
    expect(findOrderFaults(bad, rules, at(4)).map((fault) => fault.field)).toEqual([field])
  })
})
