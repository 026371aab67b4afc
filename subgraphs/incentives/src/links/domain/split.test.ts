import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitExactly } from './split.ts'

const weights = fc.array(fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 40 })

describe('splitExactly', () => {
  it('splits the fee of c4_decay into 57, 253 and 890 cents', () => {
    expect(splitExactly([0.06299605249474366, 0.28061551207734325, 0.9885140203528962], 1200n)).toEqual([57n, 253n, 890n])
  })

  it('gives the odd unit of equals to the first', () => {
    expect(splitExactly([1, 1, 1], 10_000n)).toEqual([3334n, 3333n, 3333n])
  })

  it('gives the rest to the largest remainder', () => {
    expect(splitExactly([1, 3, 2], 10n)).toEqual([2n, 5n, 3n])
  })

  it('sums to exactly the total and stays within a unit of the quota', () => {
    fc.assert(
      fc.property(weights, fc.bigInt(0n, 10n ** 20n), (list, total) => {
        const parts = splitExactly(list, total)
        expect(parts.reduce((sum, part) => sum + part, 0n)).toBe(total)
        const greatest = Math.max(...list)
        if (total < 10n ** 12n && greatest > 0) {
          const sum = list.reduce((subtotal, weight) => subtotal + weight / greatest, 0)
          list.forEach((weight, i) => {
            expect(Math.abs(Number(parts[i]) - ((weight / greatest) * Number(total)) / sum)).toBeLessThan(1 + 1e-3)
          })
        }
      }),
    )
  })

  it('gives nothing to a weight of zero while others have some', () => {
    fc.assert(
      fc.property(weights, fc.bigInt(0n, 10n ** 12n), (list, total) => {
        const parts = splitExactly([...list, 0, 1], total)
        expect(parts.at(-2)).toBe(0n)
      }),
    )
  })

  it('treats all the same if nobody has weight', () => {
    expect(splitExactly([0, 0], 3n)).toEqual([2n, 1n])
  })

  it('throws on what is no weight, on a negative total and on nobody', () => {
    for (const list of [[-1, 2], [Number.NaN], [Number.POSITIVE_INFINITY, 1], []]) expect(() => splitExactly(list, 1n)).toThrow()
    expect(() => splitExactly([1], -1n)).toThrow()
    expect(splitExactly([], 0n)).toEqual([])
  })
})
