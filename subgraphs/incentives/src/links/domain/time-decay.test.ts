import { newId } from '@planet/runtime/ids'
import { describe, expect, it } from 'vitest'
import type { LinkingKind } from '../../touches/domain/touch.ts'
import { postWeight, timeDecayWeight, touchWeight } from './time-decay.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const orderCreatedAt = new Date('2026-01-24T12:00:00.000Z')
const touched = (kind: LinkingKind, hoursBefore: number) => {
  const at = new Date(orderCreatedAt.getTime() - hoursBefore * HOUR_MS)
  return { id: newId<'Touch'>(at), kind, at }
}

describe('time decay', () => {
  it('has the worked weights and shares of c4_decay', () => {
    const weights = [touched('VIEW', 20), touched('CLICK', 10), touched('TICKET', 0.2)].map((t) => touchWeight(t, orderCreatedAt))
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    const expectedWeights = [0.06299605249474366, 0.28061551207734325, 0.9885140203528962]
    const expectedShares = [0.04728987507457204, 0.21065244542476508, 0.7420576795006628]
    weights.forEach((weight, i) => {
      expect(Math.abs(weight - (expectedWeights[i] ?? Number.NaN))).toBeLessThan(1e-8)
      expect(Math.abs(weight / total - (expectedShares[i] ?? Number.NaN))).toBeLessThan(1e-8)
    })
  })

  it('has the worked shares of c4_ga_check with a half-life of 7 days', () => {
    const weights = [0, 7, 14, 28].map((days) => timeDecayWeight(1, days * DAY_MS, 7 * DAY_MS))
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    const expected = [0.5517241379310345, 0.27586206896551724, 0.13793103448275862, 0.034482758620689655]
    weights.forEach((weight, i) => {
      expect(Math.abs(weight / total - (expected[i] ?? Number.NaN))).toBeLessThan(1e-8)
    })
  })

  it('adds up several touches of one post', () => {
    expect(postWeight([touched('VIEW', 12), touched('CLICK', 24)], orderCreatedAt)).toBeCloseTo(0.1 + 0.125, 12)
    expect(postWeight([], orderCreatedAt)).toBe(0)
  })
})
