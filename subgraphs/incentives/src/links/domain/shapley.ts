import { mulberry32, shuffled } from '@planet/runtime/random'
import type { TouchSetCount } from './journey.ts'

/**
 * A cooperative game of `playerCount` players: the worth of each coalition, keyed by the set of player indices as bits.
 * A coalition that is not listed is worth 0.
 */
export type Game = { readonly playerCount: number; readonly worths: ReadonlyMap<bigint, number> }

const MAX_EXACT_PLAYERS = 8
const PERMUTATIONS = 2000

/**
 * The game of C4 among `creatorIds`: v(S) is the conversion rate of the journeys whose touch set is exactly S, 0 if there
 * were none. Journeys that touched anybody else say nothing about these creators and are left out.
 */
export function conversionGame(creatorIds: readonly string[], touchSets: readonly TouchSetCount[]): Game {
  const bitOf = new Map(creatorIds.map((id, i) => [id, 1n << BigInt(i)]))
  const worths = new Map<bigint, number>()
  for (const { creatorIds: touched, journeyCount, conversionCount } of touchSets) {
    const bits = touched.map((id) => bitOf.get(id) ?? null)
    if (bits.includes(null) || journeyCount === 0) continue
    const coalition = bits.reduce<bigint>((set, bit) => set | (bit ?? 0n), 0n)
    worths.set(coalition, conversionCount / journeyCount)
  }
  return { playerCount: creatorIds.length, worths }
}

/**
 * Shares of the players, each at least 0, summing to 1: their Shapley values, exact for up to 8 players and else the mean
 * over 2000 permutations drawn with `seed`. A player whose mean marginal contribution is negative gets 0 and the others
 * their part of the rest; if nobody's is positive all get the same. (Model and bounds: C4)
 */
export function shapleyShares(game: Game, seed: number): number[] {
  const values = game.playerCount <= MAX_EXACT_PLAYERS ? exactShapleyValues(game) : sampledShapleyValues(game, seed)
  const positive = values.map((value) => Math.max(0, value))
  const total = positive.reduce((sum, value) => sum + value, 0)
  return positive.map((value) => (total > 0 ? value / total : 1 / game.playerCount))
}

/**
 * Shapley values by coalition: v(S) counts (|S|-1)!(n-|S|)!/n! for each member and -|S|!(n-|S|-1)!/n! for everybody else.
 * Time is in proportion to the coalitions listed, not to 2^n. Values may be negative and sum to the worth of all together.
 */
export function exactShapleyValues({ playerCount, worths }: Game): number[] {
  const values = Array.from({ length: playerCount }, () => 0)
  for (const [coalition, worth] of worths) {
    const size = values.filter((_, i) => isMember(coalition, i)).length
    for (const i of values.keys()) {
      const change = isMember(coalition, i)
        ? worth / (playerCount * choose(playerCount - 1, size - 1))
        : -worth / (playerCount * choose(playerCount - 1, size))
      values[i] = (values[i] ?? 0) + change
    }
  }
  return values
}

/** Mean marginal contribution of each player over `permutations` orders of arrival drawn with mulberry32(seed). */
export function sampledShapleyValues({ playerCount, worths }: Game, seed: number, permutations: number = PERMUTATIONS): number[] {
  const random = mulberry32(seed)
  const players = Array.from({ length: playerCount }, (_, i) => i)
  const sums = players.map(() => 0)
  for (let draw = 0; draw < permutations; draw++) {
    let coalition = 0n
    let worth = worths.get(coalition) ?? 0
    for (const i of shuffled(players, random)) {
      coalition |= 1n << BigInt(i)
      const joined = worths.get(coalition) ?? 0
      sums[i] = (sums[i] ?? 0) + joined - worth
      worth = joined
    }
  }
  return sums.map((sum) => sum / permutations)
}

const isMember = (coalition: bigint, player: number) => ((coalition >> BigInt(player)) & 1n) === 1n

/** Binomial coefficient as a float. */
function choose(n: number, k: number): number {
  let result = 1
  for (let i = 1; i <= k; i++) result = (result * (n - k + i)) / i
  return result
}
