import { newId } from '@planet/runtime/ids'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { conversionGame, exactShapleyValues, type Game, sampledShapleyValues, shapleyShares } from './shapley.ts'

const creator = (number: number) => newId<'User'>(new Date(number), new Uint8Array(10))
const close = (a: readonly number[], b: readonly number[], tolerance: number) => {
  expect(a).toHaveLength(b.length)
  a.forEach((value, i) => {
    expect(Math.abs(value - (b[i] ?? Number.NaN))).toBeLessThan(tolerance)
  })
}

const games = (minPlayers: number, maxPlayers: number) =>
  fc.integer({ min: minPlayers, max: maxPlayers }).chain((playerCount) =>
    fc
      .array(fc.tuple(fc.bigInt(1n, 2n ** BigInt(playerCount) - 1n), fc.double({ min: 0, max: 1, noNaN: true })), {
        maxLength: 40,
      })
      .map((worths): Game => ({ playerCount, worths: new Map(worths) })),
  )

function permutations(items: readonly number[]): number[][] {
  if (items.length === 0) return [[]]
  return items.flatMap((item) => permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]))
}

/** The definition itself: the mean marginal contribution over every order of arrival. */
function shapleyByDefinition({ playerCount, worths }: Game): number[] {
  const orders = permutations(Array.from({ length: playerCount }, (_, i) => i))
  const sums = Array.from({ length: playerCount }, () => 0)
  for (const order of orders) {
    let coalition = 0n
    for (const player of order) {
      const before = worths.get(coalition) ?? 0
      coalition |= 1n << BigInt(player)
      sums[player] = (sums[player] ?? 0) + (worths.get(coalition) ?? 0) - before
    }
  }
  return sums.map((sum) => sum / orders.length)
}

describe('exactShapleyValues', () => {
  it('agrees with the mean over all orders of arrival', () => {
    fc.assert(fc.property(games(1, 5), (game) => close(exactShapleyValues(game), shapleyByDefinition(game), 1e-12)))
  })

  it('hands out the worth of all together', () => {
    fc.assert(
      fc.property(games(1, 12), (game) => {
        const all = game.worths.get(2n ** BigInt(game.playerCount) - 1n) ?? 0
        const sum = exactShapleyValues(game).reduce((total, value) => total + value, 0)
        expect(Math.abs(sum - all)).toBeLessThan(1e-9)
      }),
    )
  })

  it('gives the same to two players who can stand in for each other', () => {
    const swapped = (coalition: bigint) => (coalition & ~3n) | ((coalition & 1n) << 1n) | ((coalition & 2n) >> 1n)
    fc.assert(
      fc.property(games(2, 6), ({ playerCount, worths }) => {
        const symmetric = new Map(
          [...worths].flatMap(
            ([s, worth]) =>
              [
                [s, worth],
                [swapped(s), worth],
              ] as const,
          ),
        )
        for (const [s] of symmetric) symmetric.set(swapped(s), symmetric.get(s) ?? 0)
        const [first = 0, second = 1] = exactShapleyValues({ playerCount, worths: symmetric })
        expect(Math.abs(first - second)).toBeLessThan(1e-12)
      }),
    )
  })
})

describe('sampledShapleyValues', () => {
  it('comes close to the exact values', () => {
    fc.assert(
      fc.property(games(9, 10), fc.integer(), (game, seed) => {
        close(sampledShapleyValues(game, seed), exactShapleyValues(game), 0.1)
      }),
      { numRuns: 20 },
    )
  })

  it('gives the same for the same seed', () => {
    fc.assert(
      fc.property(games(9, 12), fc.integer(), (game, seed) => {
        expect(sampledShapleyValues(game, seed, 50)).toEqual(sampledShapleyValues(game, seed, 50))
      }),
    )
  })
})

describe('shapleyShares', () => {
  it('are at least 0 and sum to 1 in any game', () => {
    fc.assert(
      fc.property(games(1, 10), fc.integer(), (game, seed) => {
        const shares = shapleyShares(game, seed)
        expect(Math.min(...shares)).toBeGreaterThanOrEqual(0)
        expect(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 1)).toBeLessThan(1e-9)
      }),
      { numRuns: 50 },
    )
  })

  it('give nothing to whoever lowers conversion', () => {
    // Alone A converts half; together with B nobody converts more than a tenth.
    const worths = new Map([
      [1n, 0.5],
      [3n, 0.1],
    ] as const)
    expect(shapleyShares({ playerCount: 2, worths }, 0)).toEqual([1, 0])
  })

  it('are equal while nothing is known', () => {
    expect(shapleyShares({ playerCount: 4, worths: new Map() }, 0)).toEqual([0.25, 0.25, 0.25, 0.25])
  })

  it('are sampled above 8 players', () => {
    const worths = new Map([
      [1n, 0.3],
      [2n ** 9n - 1n, 0.9],
    ] as const)
    const game = { playerCount: 9, worths }
    expect(shapleyShares(game, 1)).not.toEqual(shapleyShares(game, 2))
    const small = { playerCount: 8, worths }
    expect(shapleyShares(small, 1)).toEqual(shapleyShares(small, 2))
  })
})

describe('conversionGame', () => {
  it('is worth the conversion rate of the journeys that touched exactly these creators', () => {
    const [a, b, c] = [creator(1), creator(2), creator(3)]
    const game = conversionGame(
      [a, b],
      [
        { creatorIds: [a], journeyCount: 4, conversionCount: 1 },
        { creatorIds: [a, b], journeyCount: 2, conversionCount: 2 },
        { creatorIds: [b, c], journeyCount: 2, conversionCount: 2 },
      ],
    )
    expect(game).toEqual({
      playerCount: 2,
      worths: new Map([
        [1n, 0.25],
        [3n, 1],
      ]),
    })
    // A: (0.25 + (1 - 0)) / 2, B: ((1 - 0.25) + 0) / 2.
    expect(exactShapleyValues(game)).toEqual([0.625, 0.375])
  })
})
