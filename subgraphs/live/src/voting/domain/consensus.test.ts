import { newId } from '@planet/runtime/ids'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NOT_EXTREMISED } from '../../sessions/domain/extremising.ts'
import { type Consensus, type ConsensusFigures, formConsensus, isHidden } from './consensus.ts'
import type { Vote } from './vote.ts'

const now = new Date('2026-01-24T12:00:00.000Z')
const voter = (number: number) => newId<'User'>(new Date(number), new Uint8Array(10))

const vote = (
  number: number,
  probabilityUp: number,
  weight: number,
  ageS: number,
  identityClusterId = `person ${number}`,
): Vote => ({
  voterId: voter(number),
  identityClusterId,
  probabilityUp,
  weight,
  castAt: new Date(now.getTime() - ageS * 1000),
})

function formed(consensus: Consensus): ConsensusFigures {
  if (consensus.state !== 'FORMED') throw new Error('expected a formed consensus')
  return consensus
}

/** The room of C3: D and E are one person. */
const room = [
  vote(1, 0.8, 2, 0),
  vote(2, 0.6, 1, 300),
  vote(3, 0.3, 1.5, 600),
  vote(4, 0.9, 1, 60, 'X'),
  vote(5, 0.9, 1, 60, 'X'),
]

const probability = fc.double({ min: 0.001, max: 0.999, noNaN: true })

/** The figures are the same but for rounding; accounts are counted, and `but` may differ. */
function expectSame(some: ConsensusFigures, other: ConsensusFigures, but?: keyof ConsensusFigures) {
  const others = new Map(Object.entries(other))
  for (const [name, value] of Object.entries(some)) {
    if (name !== 'state' && name !== 'voteCount' && name !== but) expect(value, name).toBeCloseTo(Number(others.get(name)), 9)
  }
}

/** Votes of at least 3 clusters, at most one per voter. */
const votesUpTo = (oldestS: number) =>
  fc
    .array(
      fc.record({
        probability,
        weight: fc.double({ min: 0.25, max: 3, noNaN: true }),
        ageS: fc.nat(oldestS),
        cluster: fc.nat(20),
      }),
      { minLength: 3, maxLength: 40 },
    )
    .map((list) => list.map((v, i) => vote(i, v.probability, v.weight, v.ageS, `person ${i < 3 ? i : v.cluster}`)))
/** Some are so old that they weigh nothing at all. */
const votes = votesUpTo(1_000_000)

describe('formConsensus', () => {
  it('has the worked numbers of c3_pool', () => {
    const figures = formed(formConsensus(room, now))
    const expected: Partial<ConsensusFigures> = {
      probabilityMean: 0.7364285714285714,
      logOdds: 1.2148016363712548,
      probabilityPooled: 0.7711474404108692,
      probabilityUp: 0.8608301943047603,
      effectiveVoterCount: 3.4373903893370747,
      bullShare: 0.8714285714285714,
      bearShare: 0.1285714285714286,
      neutralShare: 0,
      entropy: 0.3492242025933612,
      disagreement: 0.15383469387755105,
      low90: 0.6193308932014442,
      high90: 0.9592108863687095,
    }
    for (const [name, value] of Object.entries(expected)) {
      const actual = Object.entries(figures).find(([key]) => key === name)?.[1]
      expect(Math.abs(Number(actual) - value), name).toBeLessThan(1e-8)
    }
  })

  it('gives the pooled probability itself with extremising switched off', () => {
    const figures = formed(formConsensus(room, now, NOT_EXTREMISED))
    expect(figures.probabilityUp).toBe(figures.probabilityPooled)
    expect(Math.abs(figures.probabilityUp - 0.7711474404108692)).toBeLessThan(1e-8)
  })

  it('says how much share the cap moved', () => {
    const total = 2 + 0.5 + 0.375 + 2 * 0.8705505632961241
    const taken = 2 / total - 0.35 + ((2 * 0.8705505632961241) / total - 0.35)
    expect(formed(formConsensus(room, now)).cappedShare).toBeCloseTo(taken, 9)
    expect(formed(formConsensus([vote(1, 0.8, 1, 0), vote(2, 0.6, 1, 0), vote(3, 0.3, 1, 0)], now)).cappedShare).toBe(0)
  })

  it('shows no figure of fewer than three people, however many accounts they have', () => {
    const twoPeople = [vote(1, 0.8, 1, 0, 'A'), vote(2, 0.8, 1, 0, 'A'), vote(3, 0.8, 1, 0, 'B'), vote(4, 0.8, 1, 0, 'B')]
    const consensus = formConsensus(twoPeople, now)
    expect(consensus).toMatchObject({ state: 'INSUFFICIENT', voteCount: 4, clusterCount: 2 })
    expect(consensus).toMatchObject({ probabilityUp: null, low90: null, high90: null, entropy: null, effectiveVoterCount: null })
    expect(formConsensus([], now)).toMatchObject({ state: 'INSUFFICIENT', voteCount: 0, clusterCount: 0, disagreement: null })
  })

  it('says the same of a room that nobody has voted in for weeks as of one that has just fallen silent', () => {
    fc.assert(
      fc.property(votes, fc.integer({ min: 1, max: 10_000_000 }), (list, silenceS) => {
        const later = new Date(now.getTime() + silenceS * 1000)
        expectSame(formed(formConsensus(list, later)), formed(formConsensus(list, now)))
      }),
    )
  })

  it('keeps every figure in its range and the estimate inside its interval', () => {
    fc.assert(
      fc.property(votes, (list) => {
        const figures = formed(formConsensus(list, now))
        expect(figures.probabilityUp).toBeGreaterThan(0)
        expect(figures.probabilityUp).toBeLessThan(1)
        expect(figures.low90).toBeLessThanOrEqual(figures.probabilityUp)
        expect(figures.high90).toBeGreaterThanOrEqual(figures.probabilityUp)
        expect(Math.abs(figures.bullShare + figures.neutralShare + figures.bearShare - 1)).toBeLessThan(1e-9)
        for (const figure of [figures.entropy, figures.disagreement, figures.cappedShare]) {
          expect(figure).toBeGreaterThanOrEqual(0)
          expect(figure).toBeLessThanOrEqual(1 + 1e-12)
        }
        expect(figures.effectiveVoterCount).toBeGreaterThanOrEqual(1 / 0.35 - 1e-9)
      }),
    )
  })

  it('does not depend on the order of the votes', () => {
    const shuffled = votes.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })))
    fc.assert(
      fc.property(shuffled, ([list, other]) => {
        expect(formConsensus(other, now)).toEqual(formConsensus(list, now))
      }),
    )
  })

  it('is not moved by duplicates of the accounts of a person who is at the cap already', () => {
    fc.assert(
      fc.property(
        votes,
        fc.array(probability, { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 9 }),
        (list, said, times) => {
          // As heavy as all the others together, so at the cap.
          const total = list.reduce((sum, { weight }) => sum + weight, 0)
          const accounts = (from: number) => said.map((p, i) => vote(from + i, p, total / said.length, 0, 'X'))
          const before = [...list, ...accounts(1_000)]
          const duplicates = Array.from({ length: times }, (_, i) => accounts(2_000 + 10 * i)).flat()
          const after = formed(formConsensus([...before, ...duplicates], now))
          expectSame(after, formed(formConsensus(before, now)), 'cappedShare')
        },
      ),
    )
  })

  it('is not moved by an account that a person splits into several', () => {
    fc.assert(
      fc.property(votesUpTo(86_400), fc.nat(), fc.integer({ min: 2, max: 9 }), (list, pick, parts) => {
        const split = list[pick % list.length]
        if (!split) throw new Error('no vote to split')
        const several = Array.from({ length: parts }, (_, i) => ({
          ...split,
          voterId: voter(1_000 + i),
          weight: split.weight / parts,
        }))
        expectSame(
          formed(formConsensus([...list.filter((one) => one !== split), ...several], now)),
          formed(formConsensus(list, now)),
        )
      }),
    )
  })

  it('divides what a person holds among the accounts by their own weight', () => {
    const among = (bull: number) => [vote(1, 0.9, bull, 0, 'X'), vote(2, 0.1, 1, 0, 'X'), vote(3, 0.5, 1, 0), vote(4, 0.5, 1, 0)]
    // The person is at the cap either way.
    const { bullShare, bearShare } = formed(formConsensus(among(3), now))
    expect(bullShare).toBeCloseTo((0.35 * 3) / 4, 12)
    expect(bearShare).toBeCloseTo(0.35 / 4, 12)
  })

  it('listens more to the voter with the greater weight', () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 2.9, noNaN: true }), (weight) => {
        const among = (bull: number) => [1, 2, 3, 4, 5].map((i) => vote(i, i === 1 ? 0.9 : 0.4, i === 1 ? bull : 1, 0))
        const less = formed(formConsensus(among(weight), now)).probabilityUp
        const more = formed(formConsensus(among(weight + 0.1), now)).probabilityUp
        // Equal where the cap holds both.
        expect(more).toBeGreaterThanOrEqual(less)
        if (weight < 2) expect(more).toBeGreaterThan(less)
      }),
    )
  })
})

describe('isHidden', () => {
  it('ends 30 seconds after the start', () => {
    expect(isHidden(now, now)).toBe(true)
    expect(isHidden(now, new Date(now.getTime() + 29_999))).toBe(true)
    expect(isHidden(now, new Date(now.getTime() + 30_000))).toBe(false)
  })
})
