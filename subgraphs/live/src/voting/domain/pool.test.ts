import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { disagreementOf, logit, meanProbability, poolLogOdds, sigmoid } from './pool.ts'

const equally = (...given: number[]) => ({
  shares: new Float64Array(given.length).fill(1 / given.length),
  probabilities: Float64Array.from(given),
})

describe('pooling', () => {
  it('has the worked numbers of c3_ea_forum_check, which are unclipped', () => {
    const votes = equally(0.014, 0.0221, 0.0039, 0.004)
    expect(Math.abs(meanProbability(votes) - 0.011)).toBeLessThan(1e-8)
    expect(Math.abs(sigmoid(poolLogOdds(votes, { low: 0, high: 1 })) - 0.00835762524922741)).toBeLessThan(1e-8)
  })

  it('does not believe certainty: one shouted 0.999999 counts as 0.98', () => {
    expect(poolLogOdds(equally(0.999999))).toBeCloseTo(logit(0.98), 12)
    expect(poolLogOdds(equally(0.000001))).toBeCloseTo(logit(0.02), 12)
  })

  it('lies between the lowest and the highest vote', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.02, max: 0.98, noNaN: true }), { minLength: 1, maxLength: 30 }),
        (probabilities) => {
          const pooled = sigmoid(poolLogOdds(equally(...probabilities)))
          expect(pooled).toBeGreaterThanOrEqual(Math.min(...probabilities) - 1e-9)
          expect(pooled).toBeLessThanOrEqual(Math.max(...probabilities) + 1e-9)
        },
      ),
    )
  })

  it('mirrors: the pool of the opposite votes is the opposite', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.001, max: 0.999, noNaN: true }), { minLength: 1, maxLength: 30 }),
        (probabilities) => {
          const mirrored = equally(...probabilities.map((p) => 1 - p))
          expect(poolLogOdds(mirrored)).toBeCloseTo(-poolLogOdds(equally(...probabilities)), 9)
        },
      ),
    )
  })
})

describe('disagreementOf', () => {
  it('is 0 in unison and nearly 1 in a room torn in two', () => {
    expect(disagreementOf(equally(0.7, 0.7, 0.7))).toBeCloseTo(0, 12)
    expect(disagreementOf(equally(0.0001, 0.9999))).toBeCloseTo(1, 3)
  })
})
