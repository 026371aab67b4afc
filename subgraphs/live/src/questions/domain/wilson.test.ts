import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { wilsonLowerBound } from './wilson.ts'

const shares = fc
  .tuple(fc.integer({ min: 0, max: 10_000 }), fc.integer({ min: 0, max: 10_000 }))
  .map(([a, b]) => ({ k: Math.min(a, b), n: Math.max(a, b) }))

describe("the lower end of Wilson's interval", () => {
  it('is that of the worked examples', () => {
    expect(wilsonLowerBound(80, 100)).toBeCloseTo(0.7111708344, 8)
    expect(wilsonLowerBound(14, 20)).toBeCloseTo(0.4810271816, 8)
  })

  it('is 0 without votes', () => {
    expect(wilsonLowerBound(0, 0)).toBe(0)
    expect(wilsonLowerBound(0, 50)).toBe(0)
  })

  it('puts many votes of many before one vote of one', () => {
    expect(wilsonLowerBound(90, 100)).toBeGreaterThan(wilsonLowerBound(1, 1))
  })

  it('is between 0 and the share itself', () => {
    fc.assert(
      fc.property(shares, ({ k, n }) => {
        const bound = wilsonLowerBound(k, n)
        expect(bound).toBeGreaterThanOrEqual(0)
        expect(bound).toBeLessThanOrEqual(n === 0 ? 0 : k / n + 1e-12)
      }),
    )
  })

  it('grows with each vote for, falls with each voter who preferred another, and with the same share grows with the crowd', () => {
    fc.assert(
      fc.property(shares, ({ k, n }) => {
        const bound = wilsonLowerBound(k, n)
        expect(wilsonLowerBound(k + 1, n + 1)).toBeGreaterThan(bound)
        expect(wilsonLowerBound(k, n + 1)).toBeLessThanOrEqual(bound)
        expect(wilsonLowerBound(2 * k, 2 * n)).toBeGreaterThanOrEqual(bound)
      }),
    )
  })
})
