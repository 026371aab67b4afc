import { decimal as d } from '@planet/runtime/decimal'
import { describe, expect, it } from 'vitest'
import type { SignalPlan } from '../src/copies/domain/signal.ts'
import { aggregateCandles, type Candle } from '../src/market/domain/candle.ts'
import { findGaps } from '../src/market/domain/candle-gap.ts'
import { createOutlierGuard, findOutliers } from '../src/market/domain/outlier.ts'
import { type EvaluationOptions, evaluateSignal } from '../src/outcomes/domain/outcome.ts'
import { isRealDataAbsent, REASON, readRealCandles } from './real-data.ts'

const time = (text: string) => new Date(`${text}Z`)
const options: EvaluationOptions = { asOf: time('2026-01-01T00:00'), interval: '4h', calendar: 'CONTINUOUS', feeRate: d('0') }
const plan: SignalPlan = {
  side: 'LONG',
  entryKind: 'MARKET',
  entry: d('19300'),
  stop: d('19150'),
  targets: [{ price: d('19750'), fraction: d('1') }],
  publishedAt: time('2017-12-17T20:00'),
  expiresAt: time('2017-12-18T20:00'),
  entryExpiresAt: null,
  moveStopToEntryAfter: null,
}
const opensOf = (candles: readonly Candle[]) => candles.map(({ openTime }) => openTime.toISOString().slice(0, 16))

describe.skipIf(isRealDataAbsent)(`on real candles${REASON}`, () => {
  it('c1_real_ambiguous_4h: stop and target in one candle are a loss of 1 R in doubt', () => {
    const outcome = evaluateSignal(plan, readRealCandles('btc4h'), options)
    expect(outcome).toMatchObject({ state: 'SETTLED', reason: 'STOP', rNet: -1, ambiguous: true, resolution: '4h' })
  })

  it('c1_real_1m_resolved: the minutes show the target first, worth 3 R at 22:46', () => {
    const outcome = evaluateSignal(plan, readRealCandles('btc4h'), { ...options, finerCandles: readRealCandles('btc1m') })
    expect(outcome).toMatchObject({ state: 'SETTLED', reason: 'TARGETS', rNet: 3, ambiguous: false, resolution: '1m' })
    expect(outcome.fills.at(-1)).toMatchObject({ kind: 'TARGET', targetIndex: 0, at: time('2017-12-17T22:46') })
  })

  it('c1_real_1m_resolved: evaluated on the minutes alone it is the same', () => {
    const outcome = evaluateSignal(plan, readRealCandles('btc1m'), { ...options, interval: '1m' })
    expect(outcome).toMatchObject({ rNet: 3, ambiguous: false, resolution: '1m' })
    expect(outcome.fills.at(-1)).toMatchObject({ at: time('2017-12-17T22:46') })
  })

  it('flags exactly one outlier in all BTC and ETH candles, and keeps the real crash', () => {
    const [btc, eth] = [readRealCandles('btc4h'), readRealCandles('eth4h')]
    expect(btc.length + eth.length).toBe(41_370)
    expect(opensOf(findOutliers(btc))).toEqual(['2018-04-03T20:00'])
    expect(opensOf(findOutliers(eth))).toEqual([])

    const guard = createOutlierGuard(btc)
    const indexOf = (text: string) => opensOf(btc).indexOf(text)
    expect(guard.deviation(indexOf('2018-04-03T20:00'))).toBeCloseTo(-16.0, 1)
    expect(guard.deviation(indexOf('2025-10-10T20:00'))).toBeCloseTo(-3.4, 1)
  })

  it('puts a signal that was open at the bad print under review, and settles one that was open in the crash', () => {
    const btc = readRealCandles('btc4h')
    const open = { stop: d('6000'), entry: d('7400'), targets: [{ price: d('9000'), fraction: d('1') }] }
    const inApril = { ...plan, ...open, publishedAt: time('2018-04-03T12:00'), expiresAt: time('2018-04-06T12:00') }
    expect(evaluateSignal(inApril, btc, options)).toMatchObject({ state: 'REVIEW', rNet: null })

    const high = { stop: d('110000'), entry: d('117000'), targets: [{ price: d('130000'), fraction: d('1') }] }
    const inOctober = { ...plan, ...high, publishedAt: time('2025-10-10T16:00'), expiresAt: time('2025-10-13T16:00') }
    expect(evaluateSignal(inOctober, btc, options)).toMatchObject({ state: 'SETTLED', reason: 'STOP', rNet: -1 })
  })

  it('finds the outages of the venue', () => {
    expect(findGaps(readRealCandles('btc4h'), 'CONTINUOUS')).toEqual([
      { from: time('2017-02-28T20:00'), to: time('2017-03-01T00:00'), count: 1 },
      { from: time('2018-08-10T04:00'), to: time('2018-08-10T16:00'), count: 3 },
      { from: time('2025-10-25T16:00'), to: time('2025-10-25T20:00'), count: 1 },
    ])
    expect(findGaps(readRealCandles('eth4h'), 'CONTINUOUS')).toHaveLength(9)
  })

  it('waits 48 hours for a candle of an outage, then settles with the flag', () => {
    const btc = readRealCandles('btc4h')
    const wide = { stop: d('100000'), entry: d('111000'), targets: [{ price: d('150000'), fraction: d('1') }] }
    const overOutage = { ...plan, ...wide, publishedAt: time('2025-10-25T08:00'), expiresAt: time('2025-10-26T08:00') }
    expect(evaluateSignal(overOutage, btc, { ...options, asOf: time('2025-10-27T19:59') })).toMatchObject({ state: 'DATA_GAP' })
    expect(evaluateSignal(overOutage, btc, { ...options, asOf: time('2025-10-27T20:00') })).toMatchObject({
      state: 'SETTLED',
      reason: 'EXPIRED',
      dataGap: true,
      settledAt: time('2025-10-27T20:00'),
    })
  })

  it('makes from the minutes the same open, high and low as the venue has over four hours', () => {
    const venue = new Map(readRealCandles('btc4h').map((candle) => [candle.openTime.getTime(), candle]))
    const blocks = aggregateCandles(readRealCandles('btc1m'), '4h')
    expect(blocks).toHaveLength(22)
    for (const { openTime, open, high, low } of blocks) expect(venue.get(openTime.getTime())).toMatchObject({ open, high, low })
  })

  it('makes from four hours the same highs and lows as the venue has over days, and all but 17 closes', () => {
    const venue = new Map(readRealCandles('eth1d').map((candle) => [candle.openTime.getTime(), candle]))
    const days = aggregateCandles(readRealCandles('eth4h'), '1d').filter(({ openTime }) => venue.has(openTime.getTime()))
    const equal = (field: 'high' | 'low' | 'close') =>
      days.filter((day) => venue.get(day.openTime.getTime())?.[field].units === day[field].units).length
    expect([days.length, equal('high'), equal('low'), equal('close')]).toEqual([3441, 3441, 3441, 3424])
  })
})
