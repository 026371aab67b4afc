import { describe, expect, it } from 'vitest'
import { afterStart, START } from '../../market/domain/fixtures.ts'
import { decideDuplicate, type EarlierSignal } from './duplicate.ts'

const first: EarlierSignal = {
  signalId: 'a',
  creatorId: 'ada',
  instrumentId: 'btc-usd',
  side: 'LONG',
  publishedAt: START,
  settledAt: null,
}
const second = { ...first, signalId: 'b', publishedAt: afterStart(1), revisesId: null }

describe('a second signal', () => {
  it('of the same creator, instrument and side is a duplicate while the first is open', () => {
    expect(decideDuplicate(second, [first])).toEqual({ kind: 'Duplicate', ofSignalId: 'a' })
    expect(decideDuplicate(second, [{ ...first, settledAt: afterStart(2) }])).toMatchObject({ kind: 'Duplicate' })
  })

  it.each([
    ['another creator', { creatorId: 'bob' }],
    ['another instrument', { instrumentId: 'eth-usd' }],
    ['the other side', { side: 'SHORT' as const }],
    ['a first one that was settled by then', { settledAt: afterStart(1) }],
    ['a first one that came later', { publishedAt: afterStart(2) }],
  ])('is scored with %s', (_, change) => {
    expect(decideDuplicate(second, [{ ...first, ...change }])).toEqual({ kind: 'Scored' })
  })

  it('is scored when it revises the first, and is no duplicate of itself', () => {
    expect(decideDuplicate({ ...second, revisesId: 'a' }, [first, { ...second, settledAt: null }])).toEqual({ kind: 'Scored' })
  })

  it('at the same instant is the one with the larger id', () => {
    const twin = { ...second, publishedAt: START }
    expect(decideDuplicate(twin, [first]).kind).toBe('Duplicate')
    expect(decideDuplicate({ ...first, revisesId: null }, [{ ...twin, settledAt: null }]).kind).toBe('Scored')
  })
})
