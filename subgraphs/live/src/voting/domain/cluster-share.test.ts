import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cappedShares as share, shareCap } from './cluster-share.ts'

const weights = (minLength: number) => fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength, maxLength: 150 })
const cappedShares = (list: readonly number[], cap: number) => [...share(Float64Array.from(list), cap)]
const total = (shares: readonly number[]) => shares.reduce((sum, share) => sum + share, 0)

describe('cappedShares', () => {
  it('has the worked numbers of c3_cluster_share', () => {
    const shares = cappedShares([2, 0.5, 0.375, 2 * 0.8705505632961241], 0.35)
    const expected = [0.35, 0.17142857142857146, 0.1285714285714286, 0.35]
    shares.forEach((share, i) => {
      expect(Math.abs(share - (expected[i] ?? Number.NaN))).toBeLessThan(1e-8)
    })
  })

  it('caps those whom only the weight of the capped had kept under the cap', () => {
    const shares = cappedShares([100, 10, 1, 1], 0.35)
    const expected = [0.35, 0.35, 0.15, 0.15]
    shares.forEach((share, i) => {
      expect(share).toBeCloseTo(expected[i] ?? Number.NaN, 12)
    })
  })

  it('gives equal shares where the cap cannot hold', () => {
    expect(cappedShares([5, 1], 0.35)).toEqual([0.5, 0.5])
  })

  it('gives nobody more than the cap, and one in total', () => {
    fc.assert(
      fc.property(weights(3), (list) => {
        const cap = shareCap(list.length)
        const shares = cappedShares(list, cap)
        expect(Math.max(...shares)).toBeLessThanOrEqual(cap + 1e-12)
        expect(Math.min(...shares)).toBeGreaterThanOrEqual(0)
        expect(Math.abs(total(shares) - 1)).toBeLessThan(1e-9)
      }),
    )
  })

  it('never gives a heavier cluster less than a lighter one', () => {
    fc.assert(
      fc.property(weights(3), (list) => {
        const sorted = [...list].sort((a, b) => a - b)
        const shares = cappedShares(sorted, shareCap(sorted.length))
        shares.forEach((share, i) => {
          expect(share).toBeGreaterThanOrEqual((shares[i - 1] ?? 0) - 1e-12)
        })
      }),
    )
  })

  it('changes nothing about the share of a capped cluster when the cluster grows', () => {
    fc.assert(
      fc.property(weights(3), fc.nat(), fc.double({ min: 0, max: 1e6, noNaN: true }), (list, pick, more) => {
        const cap = shareCap(list.length)
        const i = pick % list.length
        const before = cappedShares(list, cap)
        fc.pre(before[i] === cap)
        expect(cappedShares(list.with(i, (list[i] ?? 0) + more), cap)[i]).toBe(cap)
      }),
    )
  })
})

describe('shareCap', () => {
  it('tightens above 100 clusters', () => {
    expect([3, 100, 101].map(shareCap)).toEqual([0.35, 0.35, 0.05])
  })
})
