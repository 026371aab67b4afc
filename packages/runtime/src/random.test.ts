import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mulberry32, seedOf, shuffled } from './random.ts'

describe('mulberry32', () => {
  it('has the worked numbers of c7_prng', () => {
    const random = mulberry32(42)
    expect([random(), random(), random()]).toEqual([0.6011037519201636, 0.44829055899754167, 0.8524657934904099])
  })

  it('stays inside [0, 1) for any seed', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const draw = mulberry32(seed)()
        expect(draw).toBeGreaterThanOrEqual(0)
        expect(draw).toBeLessThan(1)
      }),
    )
  })
})

describe('seedOf', () => {
  it('is FNV-1a', () => {
    expect(seedOf('')).toBe(0x811c9dc5)
    expect(seedOf('a')).toBe(0xe40c292c)
    expect(seedOf('foobar')).toBe(0xbf9cf968)
  })
})

describe('shuffled', () => {
  it('keeps every item and leaves the original alone', () => {
    fc.assert(
      fc.property(fc.array(fc.nat()), fc.integer(), (items, seed) => {
        const before = [...items]
        expect(shuffled(items, mulberry32(seed)).sort((a, b) => a - b)).toEqual(before.toSorted((a, b) => a - b))
        expect(items).toEqual(before)
      }),
    )
  })

  it('gives each order its turn', () => {
    const random = mulberry32(1)
    const counts = new Map<string, number>()
    for (let i = 0; i < 6000; i++) {
      const order = shuffled(['a', 'b', 'c'], random).join('')
      counts.set(order, (counts.get(order) ?? 0) + 1)
    }
    expect(counts.size).toBe(6)
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150)
  })
})
