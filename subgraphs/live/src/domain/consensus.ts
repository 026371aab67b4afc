import type { Id } from '@planet/runtime/ids'
import { cappedShares, shareCap } from './cluster-share.ts'
import { disagreementOf, logOddsDeviation, meanProbability, type PooledVote, poolLogOdds, sigmoid } from './pool.ts'
import { stanceEntropy, stanceShares } from './stance.ts'
import { effectiveWeight } from './weight.ts'

/** A voter's latest vote on one question. */
export type Vote = {
  readonly voterId: Id<'User'>
  /** Accounts of one person share it; see `clusterIdentities`. */
  readonly identityClusterId: string
  /** That the price is higher at the horizon, in (0, 1). */
  readonly probabilityUp: number
  /** See `baseWeight`. Greater than 0. */
  readonly weight: number
  readonly castAt: Date
}

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

type Counts = { readonly voteCount: number; readonly clusterCount: number }

/** INSUFFICIENT under 3 identity clusters: every figure is null, so that two people are never shown as a room. */
export type Consensus = Counts &
  (
    | ({ readonly state: 'FORMED' } & ConsensusFigures)
    | ({ readonly state: 'INSUFFICIENT' } & { readonly [Figure in keyof ConsensusFigures]: null })
  )

/** Exponent of extremising in use. Disputed in the literature: set it to `NOT_EXTREMISED` to switch it off. */
export const EXTREMISING_EXPONENT = 1.5
export const NOT_EXTREMISED = 1

const MIN_CLUSTERS = 3
const HIDDEN_MS = 30_000
/** Normal quantile at 0.95, which the usual 1.645 rounds. */
const Z_90 = 1.6448536269514722

/**
 * The room's consensus at `now` from at most one vote per voter (C3): effective weights, summed by identity cluster, are
 * shares under the cluster cap; probabilities are pooled as log-odds with these shares and extremised by `exponent`.
 * Inside its cluster a vote holds its part of the cluster's share by effective weight. The order of `votes` does not matter,
 * to the last bit.
 */
export function formConsensus(votes: readonly Vote[], now: Date, exponent: number = EXTREMISING_EXPONENT): Consensus {
  const clusters = shareOut(votes, now)
  const counts = { voteCount: votes.length, clusterCount: clusters.length }
  if (clusters.length < MIN_CLUSTERS) return { state: 'INSUFFICIENT', ...counts, ...NO_FIGURES }

  const pooled = clusters.flatMap((cluster) => cluster.votes)
  const logOdds = poolLogOdds(pooled)
  const effectiveVoterCount = 1 / clusters.reduce((sum, { share }) => sum + share ** 2, 0)
  const margin = (Z_90 * logOddsDeviation(pooled, logOdds)) / Math.sqrt(effectiveVoterCount)
  const stances = stanceShares(pooled)
  return {
    state: 'FORMED',
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
    cappedShare: clusters.reduce((sum, { share, uncappedShare }) => sum + Math.max(0, uncappedShare - share), 0),
  }
}

/** True in the first 30 seconds of a session: nobody's first vote is anchored on the others'. (C3) */
export function isHidden(startedAt: Date, now: Date): boolean {
  return now.getTime() - startedAt.getTime() < HIDDEN_MS
}

type ClusterShare = { readonly share: number; readonly uncappedShare: number; readonly votes: readonly PooledVote[] }

/** The clusters of the room with their capped shares, each divided among its votes. Sorted, so that sums are reproducible. */
function shareOut(votes: readonly Vote[], now: Date): ClusterShare[] {
  const youngestS = votes.reduce((youngest, vote) => Math.min(youngest, ageS(vote, now)), Number.POSITIVE_INFINITY)
  const clusters = new Map<string, { weight: number; votes: { probability: number; weight: number }[] }>()
  for (const vote of votes.toSorted((a, b) => (a.voterId < b.voterId ? -1 : 1))) {
    // Only ratios count, and relative to the youngest vote an old room does not underflow to a total of zero.
    const weight = effectiveWeight(vote.weight, ageS(vote, now) - youngestS)
    const cluster = clusters.get(vote.identityClusterId) ?? { weight: 0, votes: [] }
    cluster.weight += weight
    cluster.votes.push({ probability: vote.probabilityUp, weight })
    clusters.set(vote.identityClusterId, cluster)
  }

  const members = [...clusters.values()]
  const weights = members.map((cluster) => cluster.weight)
  const uncapped = cappedShares(weights, 1)
  const capped = cappedShares(weights, shareCap(weights.length))
  return members.map((cluster, i) => {
    const share = capped[i] ?? 0
    const inCluster = cappedShares(
      cluster.votes.map((vote) => vote.weight),
      1,
    )
    const pooled = cluster.votes.map((vote, k) => ({ probability: vote.probability, share: share * (inCluster[k] ?? 0) }))
    return { share, uncappedShare: uncapped[i] ?? 0, votes: pooled }
  })
}

const ageS = (vote: Vote, now: Date) => Math.max(0, (now.getTime() - vote.castAt.getTime()) / 1000)

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
