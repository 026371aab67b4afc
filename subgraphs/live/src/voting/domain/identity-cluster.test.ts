import { newId } from '@planet/runtime/ids'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clusterIdentities, correlatedPairs as search, type VoteHistory } from './identity-cluster.ts'

const correlatedPairs = (histories: readonly VoteHistory[]) => [...search(histories)].flat()
const user = (number: number) => newId<'User'>(new Date(number), new Uint8Array(10))
const account = (number: number, ...traits: string[]) => ({ userId: user(number), traits })
const history = (number: number, probabilities: readonly number[]) => ({
  userId: user(number),
  probabilities: new Map(probabilities.map((probability, i) => [`question ${i}`, probability])),
})
const wave = (length: number, shift = 0) => Array.from({ length }, (_, i) => 0.5 + 0.4 * Math.sin(i + shift))

describe('clusterIdentities', () => {
  it('joins accounts that share a person, a device or a funding source, also through a third', () => {
    const accounts = [account(1, 'kyc:a'), account(2, 'kyc:a', 'device:x'), account(3, 'device:x'), account(4, 'kyc:b')]
    const clusters = clusterIdentities(accounts, [])
    expect([1, 2, 3, 4].map((number) => clusters.get(user(number)))).toEqual([user(1), user(1), user(1), user(4)])
  })

  it('joins accounts that vote as one', () => {
    const clusters = clusterIdentities([account(1), account(2), account(3)], [[user(3), user(2)]])
    expect([1, 2, 3].map((number) => clusters.get(user(number)))).toEqual([user(1), user(2), user(2)])
  })

  it('names a cluster the same whatever the order of accounts and pairs', () => {
    const pair = fc.tuple(fc.nat(15), fc.nat(15)).map(([a, b]) => [user(a), user(b)] as const)
    const shuffled = fc
      .array(pair, { maxLength: 20 })
      .chain((pairs) => fc.tuple(fc.constant(pairs), fc.shuffledSubarray(pairs, { minLength: pairs.length })))
    const accounts = Array.from({ length: 16 }, (_, i) => account(i))
    fc.assert(
      fc.property(shuffled, ([pairs, other]) => {
        const clusters = clusterIdentities(accounts, pairs)
        expect(clusterIdentities(accounts.toReversed(), other)).toEqual(clusters)
        for (const [a, b] of pairs) expect(clusters.get(a)).toBe(clusters.get(b))
      }),
    )
  })
})

describe('correlatedPairs', () => {
  it('finds two accounts that move together over 20 votes', () => {
    const shifted = wave(20).map((p) => 0.8 * p + 0.05)
    expect(correlatedPairs([history(1, wave(20)), history(2, shifted), history(3, wave(20, 2))])).toEqual([[user(1), user(2)]])
  })

  it('draws the line at a correlation of 0.95', () => {
    const turn = (i: number) => (2 * Math.PI * i) / 20
    const one = Array.from({ length: 20 }, (_, i) => 0.5 + 0.4 * Math.sin(turn(i)))
    // Sine and cosine over a whole turn are uncorrelated.
    const correlated = (r: number) =>
      Array.from({ length: 20 }, (_, i) => 0.5 + 0.4 * (r * Math.sin(turn(i)) + Math.sqrt(1 - r * r) * Math.cos(turn(i))))
    expect(correlatedPairs([history(1, one), history(2, correlated(0.951))])).toEqual([[user(1), user(2)]])
    expect(correlatedPairs([history(1, one), history(2, correlated(0.949))])).toEqual([])
  })

  it('accuses nobody on fewer than 20 common votes', () => {
    expect(correlatedPairs([history(1, wave(19)), history(2, wave(19))])).toEqual([])
  })

  it('accuses nobody of always saying the same', () => {
    const always = fc.double({ min: 0.001, max: 0.999, noNaN: true })
    fc.assert(
      fc.property(always, always, fc.integer({ min: 20, max: 60 }), (a, b, count) => {
        const constant = (number: number, value: number) =>
          history(
            number,
            Array.from({ length: count }, () => value),
          )
        expect(correlatedPairs([constant(1, a), constant(2, b)])).toEqual([])
      }),
    )
  })

  it('accuses nobody of being the opposite of another', () => {
    expect(
      correlatedPairs([
        history(1, wave(30)),
        history(
          2,
          wave(30).map((p) => 1 - p),
        ),
      ]),
    ).toEqual([])
  })
})
