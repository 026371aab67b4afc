import { describe, expect, it } from 'vitest'
import { candlesOf, type Prices } from './fixtures.ts'
import { createOutlierGuard, findOutliers } from './outlier.ts'

/** Closes of 100 and 101 in turn: every log return is ± ln 1.01, and so is their deviation. */
const calm: Prices[] = Array.from({ length: 22 }, (_, index) => (index % 2 === 0 ? [101, 101, 100, 100] : [100, 101, 100, 101]))
const closing = (close: number): Prices => [101, Math.max(101, close), Math.min(101, close), close]
const opening = (open: number): Prices => [open, open, open, open]
const flagged = (...prices: Prices[]) => findOutliers(candlesOf([...calm, ...prices])).length

describe('the outlier guard', () => {
  it('measures the return of a close in population deviations of the 20 returns before it', () => {
    const guard = createOutlierGuard(candlesOf([...calm, closing(90)]))
    expect(guard.deviation(22)).toBeCloseTo(Math.log(90 / 101) / Math.log(1.01), 10)
    expect(guard.deviation(20)).toBeNull()
    expect(guard.deviation(21)).not.toBeNull()
  })

  it('flags a close beyond 8 deviations that the next open takes back by more than 80 %', () => {
    expect(flagged(closing(90), opening(100))).toBe(1)
    expect(flagged(closing(115), opening(102))).toBe(1)
  })

  it('keeps a close within 8 deviations, and a move that stays', () => {
    expect(flagged(closing(94), opening(101))).toBe(0)
    expect(flagged(closing(90), opening(98))).toBe(0)
    expect(flagged(closing(90))).toBe(0)
  })

  it('does not judge a market that has not moved before', () => {
    const still = Array.from({ length: 22 }, (): Prices => [100, 100, 100, 100])
    expect(findOutliers(candlesOf([...still, closing(10), opening(100)]))).toEqual([])
  })

  it('leaves alone what a person has confirmed', () => {
    const candles = candlesOf([...calm, closing(90), opening(100)])
    expect(findOutliers(candles.map((candle) => ({ ...candle, flags: ['CONFIRMED' as const] })))).toEqual([])
  })
})
