import type { Id } from '@planet/runtime/ids'
import { at } from './pool.ts'
import type { Vote } from './vote.ts'

/**
 * The latest votes of a room as columns of one length, ascending by voter id, so that sums over them are the same to the
 * last bit wherever they are formed.
 */
export type Ballots = {
  readonly probabilities: Float64Array
  readonly weights: Float64Array
  readonly castAtMs: Float64Array
  /** The number of the vote's identity cluster: from 0, in the order of the first of its votes. */
  readonly clusters: Int32Array
  readonly clusterCount: number
}

/** The columns of `votes`, at most one per voter. */
export function ballotsOf(votes: readonly Vote[]): Ballots {
  const box = createBallotBox()
  box.put(votes)
  return box.ballots()
}

/** Holds the votes of a room as they change. */
export type BallotBox = {
  /** Each takes the place of its voter's earlier vote. */
  put(votes: readonly Vote[]): void
  /** The columns now; linear in the number of votes. */
  ballots(): Ballots
}

/** An empty box. Votes are sorted as they come, so that reading them again and again is cheap. */
export function createBallotBox(): BallotBox {
  const byVoter = new Map<Id<'User'>, number>()
  /** Every cluster that was ever named has a key; the columns number those that still vote. */
  const clusterKeys = new Map<string, number>()
  /** The votes in the order in which their voters first came; never moved. */
  const stored: { readonly vote: Vote; readonly clusterKey: number }[] = []
  /** Places in `stored`, ascending by voter id. */
  let order: number[] = []
  const voterAt = (place: number) => stored[place]?.vote.voterId ?? ''
  const byVoterId = (a: number, b: number) => (voterAt(a) < voterAt(b) ? -1 : 1)

  return {
    put(votes) {
      const added: number[] = []
      for (const vote of votes) {
        const clusterKey = clusterKeys.get(vote.identityClusterId) ?? clusterKeys.size
        clusterKeys.set(vote.identityClusterId, clusterKey)
        const known = byVoter.get(vote.voterId)
        if (known === undefined) {
          byVoter.set(vote.voterId, stored.length)
          added.push(stored.length)
          stored.push({ vote, clusterKey })
        } else stored[known] = { vote, clusterKey }
      }
      if (added.length > 0) order = merge(order, added.sort(byVoterId), byVoterId)
    },
    ballots() {
      const count = order.length
      const [probabilities, weights, castAtMs] = [new Float64Array(count), new Float64Array(count), new Float64Array(count)]
      const clusters = new Int32Array(count)
      const numberOf = new Int32Array(clusterKeys.size).fill(-1)
      let clusterCount = 0
      for (let i = 0; i < count; i++) {
        const ballot = stored[order[i] ?? -1]
        if (!ballot) continue
        const { vote, clusterKey } = ballot
        if (numberOf[clusterKey] === -1) numberOf[clusterKey] = clusterCount++
        probabilities[i] = vote.probabilityUp
        weights[i] = vote.weight
        castAtMs[i] = vote.castAt.getTime()
        clusters[i] = at(numberOf, clusterKey)
      }
      return { probabilities, weights, castAtMs, clusters, clusterCount }
    },
  }
}

/** Two sorted lists as one. */
function merge(a: readonly number[], b: readonly number[], compare: (x: number, y: number) => number): number[] {
  const merged: number[] = []
  let [i, k] = [0, 0]
  while (i < a.length || k < b.length) {
    const [x, y] = [a[i], b[k]]
    if (x !== undefined && (y === undefined || compare(x, y) < 0)) {
      merged.push(x)
      i++
    } else if (y !== undefined) {
      merged.push(y)
      k++
    }
  }
  return merged
}
