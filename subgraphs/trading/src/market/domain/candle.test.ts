import { decimal as d } from '@planet/runtime/decimal'
import { describe, expect, it } from 'vitest'
import {
  aggregateCandles,
  candlesBetween,
  closeTime,
  decideCandle,
  firstOpenTime,
  indexOfOpenTime,
  lastCloseTime,
} from './candle.ts'
import { findGaps } from './candle-gap.ts'
import { afterStart, candlesOf, type Prices, START } from './fixtures.ts'

const ROW = { openTime: '2024-01-01T04:00:00Z', open: '100', high: '106', low: '99', close: '105', volume: '7' }
const FLAT: Prices = [1, 1, 1, 1]

describe('a row', () => {
  it('is a candle when its prices and its time fit together', () => {
    expect(decideCandle(ROW, '4h')).toMatchObject({ kind: 'Accepted', candle: { openTime: afterStart(4), close: d('105') } })
    expect(decideCandle({ ...ROW, openTime: '2024-01-01', volume: '' }, '1d')).toMatchObject({
      kind: 'Accepted',
      candle: { openTime: START, volume: null },
    })
    expect(decideCandle({ ...ROW, open: '99', high: '99', close: '99' }, '4h')).toMatchObject({ kind: 'Accepted' })
  })

  it('is refused with every fault it has', () => {
    const decision = decideCandle(
      { openTime: '2024-01-01T03:59:00Z', open: '100', high: '90', low: '110', close: '', volume: '-1' },
      '4h',
    )
    expect(decision.kind === 'Refused' && decision.faults.map(({ field }) => field)).toEqual([
      'openTime',
      'close',
      'high',
      'low',
      'low',
      'volume',
    ])
  })
})

describe('the grid of an interval', () => {
  it('has open times from the start of the UTC day', () => {
    expect(firstOpenTime(afterStart(4), '4h')).toEqual(afterStart(4))
    expect(firstOpenTime(afterStart(4.001), '4h')).toEqual(afterStart(8))
    expect(lastCloseTime(afterStart(7.999), '4h')).toEqual(afterStart(4))
    expect(candlesOf([FLAT]).map(closeTime)).toEqual([afterStart(4)])
  })

  it('finds candles by their open time', () => {
    const candles = candlesOf([FLAT, null, FLAT, FLAT])
    expect([0, 1, 4, 8, 12, 13].map((hours) => indexOfOpenTime(candles, afterStart(hours)))).toEqual([0, 1, 1, 1, 2, 3])
    expect(candlesBetween(candles, afterStart(1), afterStart(12))).toEqual(candles.slice(1, 2))
  })
})

describe('aggregation', () => {
  it('keeps the first open, the extremes, the last close and the volume', () => {
    const hours = candlesOf(
      [
        [10, 12, 9, 11],
        [11, 15, 10, 14],
        [14, 14, 8, 9],
        [9, 10, 9, 10],
      ],
      '1h',
    )
    const withVolume = hours.map((candle) => ({ ...candle, volume: d('0.1') }))
    const [four] = aggregateCandles(withVolume, '4h')
    expect(four).toEqual({ ...candlesOf([[10, 15, 8, 10]])[0], volume: d('0.4') })
    expect(aggregateCandles(hours, '4h')[0]?.volume).toBeNull()
  })

  it('leaves out a block with a candle missing', () => {
    const hours = candlesOf([FLAT, FLAT, null, FLAT, FLAT, FLAT, FLAT, FLAT, FLAT], '1h')
    expect(aggregateCandles(hours, '4h').map(({ openTime }) => openTime)).toEqual([afterStart(4)])
  })
})

describe('a missing open time', () => {
  const candles = candlesOf([FLAT, null, null, FLAT, FLAT, null, FLAT])

  it('is a gap in a continuous market', () => {
    expect(findGaps(candles, 'CONTINUOUS')).toEqual([
      { from: afterStart(4), to: afterStart(12), count: 2 },
      { from: afterStart(20), to: afterStart(24), count: 1 },
    ])
    expect(findGaps([], 'CONTINUOUS')).toEqual([])
  })

  it('says nothing in a market of sessions, which rests at weekends', () => {
    expect(findGaps(candles, 'SESSIONS')).toEqual([])
  })
})
