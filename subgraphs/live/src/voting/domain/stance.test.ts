import { describe, expect, it } from 'vitest'
import { stanceEntropy, stanceOf, stanceShares } from './stance.ts'

describe('stanceOf', () => {
  it('is neutral from 0.45 to 0.55, both included', () => {
    expect([0.4499, 0.45, 0.5, 0.55, 0.5501].map(stanceOf)).toEqual(['BEAR', 'NEUTRAL', 'NEUTRAL', 'NEUTRAL', 'BULL'])
  })
})

describe('stanceShares', () => {
  it('adds up the shares of each stance', () => {
    const votes = { probabilities: Float64Array.of(0.9, 0.6, 0.1), shares: Float64Array.of(0.25, 0.25, 0.5) }
    expect(stanceShares(votes)).toEqual({ BULL: 0.5, NEUTRAL: 0, BEAR: 0.5 })
  })
})

describe('stanceEntropy', () => {
  it('is 0 if the room agrees and 1 if it is evenly split in three', () => {
    expect(stanceEntropy({ BULL: 1, NEUTRAL: 0, BEAR: 0 })).toBe(0)
    expect(stanceEntropy({ BULL: 1 / 3, NEUTRAL: 1 / 3, BEAR: 1 / 3 })).toBeCloseTo(1, 12)
  })
})
