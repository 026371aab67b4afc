import { newId } from '@planet/runtime/ids'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ballotsOf, createBallotBox } from './ballots.ts'
import { shareCap } from './cluster-share.ts'
import { formConsensus, poolBallots } from './consensus.ts'
import type { Vote } from './vote.ts'

const now = new Date('2026-01-24T12:00:00.000Z')
const voter = (number: number) => newId<'User'>(new Date(number), new Uint8Array(10))

/** Votes as they come: the same voter may come again, and move to another cluster. */
const cast: fc.Arbitrary<Vote[]> = fc.array(
  fc
    .record({
      voter: fc.nat(15),
      cluster: fc.nat(9),
      probabilityUp: fc.double({ min: 0.001, max: 0.999, noNaN: true }),
      weight: fc.double({ min: 0.25, max: 3, noNaN: true }),
      ageS: fc.nat(100_000),
    })
    .map((v) => ({
      voterId: voter(v.voter),
      identityClusterId: `person ${v.cluster}`,
      probabilityUp: v.probabilityUp,
      weight: v.weight,
      castAt: new Date(now.getTime() - v.ageS * 1000),
    })),
  { maxLength: 60 },
)

const latestOf = (votes: readonly Vote[]) => [...new Map(votes.map((vote) => [vote.voterId, vote])).values()]

describe('a ballot box', () => {
  it('holds the latest vote of each voter, and says the same to the last bit however they came', () => {
    const chunked = cast.chain((votes) =>
      fc.tuple(fc.constant(votes), fc.array(fc.integer({ min: 1, max: 10 }), { maxLength: 20 })),
    )
    fc.assert(
      fc.property(chunked, ([votes, sizes]) => {
        const box = createBallotBox()
        let from = 0
        for (const size of sizes) {
          box.put(votes.slice(from, from + size))
          // Reading changes nothing.
          box.ballots()
          from += size
        }
        box.put(votes.slice(from))
        expect(poolBallots(box.ballots(), now, 1.5)).toEqual(formConsensus(latestOf(votes).toReversed(), now, 1.5))
      }),
    )
  })

  it('numbers clusters that still vote, and no others', () => {
    fc.assert(
      fc.property(cast, (votes) => {
        const { clusters, clusterCount } = ballotsOf(votes)
        const named = new Set(latestOf(votes).map((vote) => vote.identityClusterId))
        expect(clusterCount).toBe(named.size)
        expect(new Set(clusters)).toEqual(new Set(Array.from({ length: named.size }, (_, i) => i)))
      }),
    )
  })

  it('gives no cluster more than the cap, however many accounts it has', () => {
    fc.assert(
      fc.property(cast, fc.integer({ min: 1, max: 30 }), fc.constantFrom(0, 110), (votes, accounts, crowd) => {
        const sybils = Array.from({ length: accounts }, (_, i) => ({
          voterId: voter(1_000 + i),
          identityClusterId: 'sybil',
          probabilityUp: 0.999,
          weight: 3,
          castAt: now,
        }))
        const strangers = Array.from({ length: crowd }, (_, i) => ({
          voterId: voter(2_000 + i),
          identityClusterId: `stranger ${i}`,
          probabilityUp: 0.001,
          weight: 0.25,
          castAt: now,
        }))
        const others = [...latestOf(votes).map((vote) => ({ ...vote, probabilityUp: 0.001 })), ...strangers]
        const consensus = formConsensus([...others, ...sybils], now, 1)
        if (consensus.state !== 'FORMED') return
        // Everybody else says the opposite, so the bulls' share is the sybils'.
        const cap = shareCap(consensus.clusterCount)
        expect(consensus.bullShare).toBeLessThanOrEqual(Math.max(cap, 1 / consensus.clusterCount) + 1e-12)
      }),
    )
  })
})
