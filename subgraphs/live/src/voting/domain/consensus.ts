import { EXTREMISING_EXPONENT } from '../../sessions/domain/extremising.ts'
import { type Ballots, ballotsOf } from './ballots.ts'
import { cappedShares, shareCap } from './cluster-share.ts'
import { at, disagreementOf, logOddsDeviation, meanProbability, type PooledVotes, poolLogOdds, sigmoid } from './pool.ts'
import { stanceEntropy, stanceShares } from './stance.ts'
import type { Vote } from './vote.ts'
import { effectiveWeight } from './weight.ts'

/** What the room says; dimensionless throughout. */
export type ConsensusFigures = {
  /** The room's probability that the price is higher at the horizon, in (0, 1): pooled log-odds, extremised. */
  readonly probabilityUp: number
  /** Lower and upper end of the 90 % interval around `probabilityUp`. */
  readonly low90: number
  readonly high90: number
  /** Arithmetic mean of the votes by share. */
  readonly probabilityMean: number
  /** Pooled log-odds before extremising. */
  readonly logOdds: number
  /** Pooled probability before extremising. */
  readonly probabilityPooled: number
  /** Shares of the room; the three sum to 1. */
  readonly bullShare: number
  readonly neutralShare: number
  readonly bearShare: number
  /** Normalised stance entropy, 0 (one stance) to 1 (three equally strong). */
  readonly entropy: number
  /** Weighted variance times 4, 0 to 1. */
  readonly disagreement: number
  /** As many independent voices of equal weight would say as much: 1 / Σ share² over clusters. */
  readonly effectiveVoterCount: number
  /** Share of the room that the cap took from heavy clusters and gave to the others, 0 to 1. */
  readonly cappedShare: number
}

type Counts = {
  readonly voteCount: number
  readonly clusterCount: number
  /** What pooled log-odds are multiplied by. */
  readonly extremisingExponent: number
}

/** INSUFFICIENT under 3 identity clusters: every figure is null, so that two people are never shown as a room. */
export type Consensus = Counts &
  (
    | ({ readonly state: 'FORMED' } & ConsensusFigures)
    | ({ readonly state: 'INSUFFICIENT' } & { readonly [Figure in keyof ConsensusFigures]: null })
  )

const MIN_CLUSTERS = 3
/** How long a session's consensus is hidden from its start on. */
export const HIDDEN_MS = 30_000
/** Normal quantile at 0.95, which the usual 1.645 rounds. */
const Z_90 = 1.6448536269514722

/**
 * The room's consensus at `now` from at most one vote per voter (C3): effective weights, summed by identity cluster, are
 * shares under the cluster cap; probabilities are pooled as log-odds with these shares and extremised by `exponent`.
 * Inside its cluster a vote holds its part of the cluster's share by effective weight. The order of `votes` does not matter,
 * to the last bit.
 */
export const formConsensus = (votes: readonly Vote[], now: Date, exponent: number = EXTREMISING_EXPONENT): Consensus =>
  poolBallots(ballotsOf(votes), now, exponent)

/** As `formConsensus`, from votes that are columns already; linear in their number. */
export function poolBallots(ballots: Ballots, now: Date, exponent: number): Consensus {
  const room = shareOut(ballots, now)
  const counts = { voteCount: ballots.probabilities.length, clusterCount: room.clusterShares.length }
  if (counts.clusterCount < MIN_CLUSTERS)
    return { state: 'INSUFFICIENT', extremisingExponent: exponent, ...counts, ...NO_FIGURES }

  const { pooled, clusterShares, cappedShare } = room
  const logOdds = poolLogOdds(pooled)
  const effectiveVoterCount = 1 / clusterShares.reduce((sum, share) => sum + share ** 2, 0)
  const margin = (Z_90 * logOddsDeviation(pooled, logOdds)) / Math.sqrt(effectiveVoterCount)
  const stances = stanceShares(pooled)
  return {
    state: 'FORMED',
    extremisingExponent: exponent,
    ...counts,
    probabilityUp: sigmoid(exponent * logOdds),
    low90: sigmoid(exponent * (logOdds - margin)),
    high90: sigmoid(exponent * (logOdds + margin)),
    probabilityMean: meanProbability(pooled),
    logOdds,
    probabilityPooled: sigmoid(logOdds),
    bullShare: stances.BULL,
    neutralShare: stances.NEUTRAL,
    bearShare: stances.BEAR,
    entropy: stanceEntropy(stances),
    disagreement: disagreementOf(pooled),
    effectiveVoterCount,
    cappedShare,
  }
}

/** True in the first 30 seconds of a session: nobody's first vote is anchored on the others'. (C3) */
export function isHidden(startedAt: Date, now: Date): boolean {
  return now.getTime() - startedAt.getTime() < HIDDEN_MS
}

type RoomShares = { readonly pooled: PooledVotes; readonly clusterShares: Float64Array; readonly cappedShare: number }

/** The capped shares of the room's clusters, each divided among its votes. */
function shareOut({ probabilities, weights, castAtMs, clusters, clusterCount }: Ballots, now: Date): RoomShares {
  const count = probabilities.length
  const ageS = (i: number) => Math.max(0, (now.getTime() - at(castAtMs, i)) / 1000)
  let youngestS = Number.POSITIVE_INFINITY
  for (let i = 0; i < count; i++) youngestS = Math.min(youngestS, ageS(i))

  const effective = new Float64Array(count)
  const clusterWeights = new Float64Array(clusterCount)
  const clusterSizes = new Int32Array(clusterCount)
  for (let i = 0; i < count; i++) {
    // Only ratios count, and relative to the youngest vote an old room does not underflow to a total of zero.
    const weight = effectiveWeight(at(weights, i), ageS(i) - youngestS)
    const cluster = at(clusters, i)
    effective[i] = weight
    clusterWeights[cluster] = at(clusterWeights, cluster) + weight
    clusterSizes[cluster] = at(clusterSizes, cluster) + 1
  }

  const clusterShares = cappedShares(clusterWeights, shareCap(clusterCount))
  const uncapped = cappedShares(clusterWeights, 1)
  const shares = effective.map((weight, i) => {
    const cluster = at(clusters, i)
    const clusterWeight = at(clusterWeights, cluster)
    // The votes of a cluster that weighs nothing any more are as good as each other.
    return at(clusterShares, cluster) * (clusterWeight > 0 ? weight / clusterWeight : 1 / at(clusterSizes, cluster))
  })
  const cappedShare = clusterShares.reduce((sum, share, i) => sum + Math.max(0, at(uncapped, i) - share), 0)
  return { pooled: { shares, probabilities }, clusterShares, cappedShare }
}

const NO_FIGURES: { readonly [Figure in keyof ConsensusFigures]: null } = {
  probabilityUp: null,
  low90: null,
  high90: null,
  probabilityMean: null,
  logOdds: null,
  probabilityPooled: null,
  bullShare: null,
  neutralShare: null,
  bearShare: null,
  entropy: null,
  disagreement: null,
  effectiveVoterCount: null,
  cappedShare: null,
}
