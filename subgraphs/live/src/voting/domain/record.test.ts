import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { brierScore, chooseExponent, skillOf } from './record.ts'
import { baseWeight } from './weight.ts'

/** The record of these probabilities and outcomes. */
const recordOf = (questions: readonly (readonly [probability: number, isUp: boolean])[]) => ({
  settledCount: questions.length,
  brierSum: questions.reduce((sum, [probability, isUp]) => sum + brierScore(probability, isUp), 0),
  upCount: questions.filter(([, isUp]) => isUp).length,
})

const outcomes = fc
  .array(fc.boolean(), { minLength: 2, maxLength: 60 })
  .filter((list) => list.includes(true) && list.includes(false))

describe('the record of a voter', () => {
  it('has the worked numbers of c2_brier', () => {
    const record = recordOf([
      [0.7, true],
      [0.6, false],
      [0.8, true],
      [0.55, true],
      [0.9, false],
    ])
    expect(Math.abs(record.brierSum / record.settledCount - 0.3005)).toBeLessThan(1e-8)
    expect(Math.abs((skillOf(record) ?? Number.NaN) - -0.25208333333333344)).toBeLessThan(1e-8)
  })

  it('shows no skill before anything is settled, and while everything came out the same', () => {
    expect(skillOf(recordOf([]))).toBeNull()
    expect(skillOf(recordOf([[0.9, true]]))).toBeNull()
    expect(
      skillOf(
        recordOf([
          [0.1, false],
          [0.2, false],
        ]),
      ),
    ).toBeNull()
  })

  it('is a skill of 1 if every probability was right and certain, and of 0 for the base rate', () => {
    fc.assert(
      fc.property(outcomes, (list) => {
        const baseRate = list.filter(Boolean).length / list.length
        expect(skillOf(recordOf(list.map((isUp) => [isUp ? 1 : 0, isUp] as const)))).toBe(1)
        expect(skillOf(recordOf(list.map((isUp) => [baseRate, isUp] as const)))).toBeCloseTo(0, 9)
      }),
    )
  })

  it('gives whoever is nearer to what happened at least as much weight', () => {
    const edge = fc.double({ min: 0.01, max: 0.49, noNaN: true })
    fc.assert(
      fc.property(outcomes, edge, edge, (list, a, b) => {
        const weightOf = (distance: number) => {
          const record = recordOf(list.map((isUp) => [isUp ? 1 - distance : distance, isUp] as const))
          return baseWeight({ isKycVerified: true, skill: skillOf(record), settledCount: record.settledCount })
        }
        const [near, far] = [Math.min(a, b), Math.max(a, b)]
        expect(weightOf(near)).toBeGreaterThanOrEqual(weightOf(far))
        expect(weightOf(near)).toBeGreaterThanOrEqual(1)
        expect(weightOf(near)).toBeLessThanOrEqual(3)
      }),
    )
  })
})

describe('chooseExponent', () => {
  const better = { pooledBrier: 0.2, extremisedBrier: 0.25 }

  it('is the usual one until 20 crowds have done better without', () => {
    expect(chooseExponent({ settledCount: 0, pooledBrier: null, extremisedBrier: null }, 1.5)).toBe(1.5)
    expect(chooseExponent({ settledCount: 19, ...better }, 1.5)).toBe(1.5)
    expect(chooseExponent({ settledCount: 20, ...better }, 1.5)).toBe(1)
  })

  it('is the usual one where that was as good or better', () => {
    expect(chooseExponent({ settledCount: 50, pooledBrier: 0.25, extremisedBrier: 0.25 }, 1.5)).toBe(1.5)
    expect(chooseExponent({ settledCount: 50, pooledBrier: 0.25, extremisedBrier: 0.2 }, 1.5)).toBe(1.5)
  })
})
