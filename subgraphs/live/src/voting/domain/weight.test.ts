import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { baseWeight, effectiveWeight } from './weight.ts'

const skill = fc.double({ min: -5, max: 1, noNaN: true })

describe('baseWeight', () => {
  it('is 1 for an unknown record', () => {
    expect(baseWeight({ isKycVerified: true, skill: null, settledCount: 0 })).toBe(1)
  })

  it('is 0.25 without KYC, however good the record', () => {
    expect(baseWeight({ isKycVerified: false, skill: 1, settledCount: 500 })).toBe(0.25)
  })

  it('counts the full skill from 30 settled votes on', () => {
    expect(baseWeight({ isKycVerified: true, skill: 0.5, settledCount: 30 })).toBe(2)
    expect(baseWeight({ isKycVerified: true, skill: 0.5, settledCount: 300 })).toBe(2)
    expect(baseWeight({ isKycVerified: true, skill: 0.5, settledCount: 15 })).toBe(1.5)
  })

  it('does not push a bad record below an unknown one', () => {
    expect(baseWeight({ isKycVerified: true, skill: -0.8, settledCount: 100 })).toBe(1)
  })

  it('never gives less weight to the better record', () => {
    fc.assert(
      fc.property(skill, skill, fc.nat(100), fc.nat(100), (skillA, skillB, countA, countB) => {
        const worse = { isKycVerified: true, skill: Math.min(skillA, skillB), settledCount: Math.min(countA, countB) }
        const better = { isKycVerified: true, skill: Math.max(skillA, skillB), settledCount: Math.max(countA, countB) }
        expect(baseWeight(better)).toBeGreaterThanOrEqual(baseWeight(worse))
        expect(baseWeight(better)).toBeLessThanOrEqual(3)
      }),
    )
  })

  it('gives more weight to the more skilful of two equally long records', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 99 }), fc.integer({ min: 1, max: 100 }), (percent, settledCount) => {
        const worse = { isKycVerified: true, skill: percent / 100, settledCount }
        expect(baseWeight({ ...worse, skill: (percent + 1) / 100 })).toBeGreaterThan(baseWeight(worse))
      }),
    )
  })
})

describe('effectiveWeight', () => {
  it('has the worked numbers of c3_eff', () => {
    const weights = [effectiveWeight(2, 0), effectiveWeight(1, 300), effectiveWeight(1.5, 600), effectiveWeight(1, 60)]
    const expected = [2, 0.5, 0.375, 0.8705505632961241]
    weights.forEach((weight, i) => {
      expect(Math.abs(weight - (expected[i] ?? Number.NaN))).toBeLessThan(1e-8)
    })
  })

  it('does not reward a vote from the future', () => {
    expect(effectiveWeight(1, -60)).toBe(1)
  })
})
