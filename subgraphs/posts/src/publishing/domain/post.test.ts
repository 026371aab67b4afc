import { describe, expect, it } from 'vitest'
import { findCashtagSymbols, resolveCashtags } from '../../references/domain/cashtag.ts'
import { findDraftFaults, isVisible } from './post.ts'

const draft = { title: 'T', body: 'B', topics: [], audience: 'PUBLIC' as const }

describe('a draft', () => {
  it('lists every fault at once', () => {
    const faults = findDraftFaults({ title: ' ', body: '', topics: ['NOPE'], audience: 'CIRCLE' })
    expect(faults.map((fault) => fault.field)).toEqual(['title', 'body', 'topics.0', 'circleId'])
  })

  it('has a title of one line and a body of many, without what no column takes', () => {
    expect(findDraftFaults({ ...draft, body: 'One.\n\n\tTwo.' })).toEqual([])
    const faults = findDraftFaults({ ...draft, title: 'a\nb', body: 'a\0b' })
    expect(faults.map((fault) => fault.field)).toEqual(['title', 'body'])
  })

  it('may be exactly as long as the limits', () => {
    expect(findDraftFaults({ ...draft, title: 'x'.repeat(200), body: 'x'.repeat(20_000) })).toEqual([])
    expect(findDraftFaults({ ...draft, title: 'x'.repeat(201) })).toHaveLength(1)
  })
})

describe('cashtags', () => {
  const listed = [
    { id: '1', symbol: 'BTC-USD', baseAsset: 'BTC' },
    { id: '2', symbol: 'BTC-USDC', baseAsset: 'BTC' },
    { id: '3', symbol: 'ETH-USD', baseAsset: 'ETH' },
  ]

  it('are found once each, in order, in any case', () => {
    expect(findCashtagSymbols('$eth over $BTC, ($ETH) $BTC-USDC.')).toEqual(['ETH', 'BTC', 'BTC-USDC'])
  })

  it('are not amounts of money nor parts of words', () => {
    expect(findCashtagSymbols('paid $5 and US$BTC and a$ETH and $$SOL')).toEqual([])
  })

  it('name the instrument of that symbol, else the first listed of that base asset', () => {
    expect(resolveCashtags('$BTC-USDC $BTC $DOGE', listed)).toEqual([
      { symbol: 'BTC-USDC', instrumentId: '2', baseAsset: 'BTC' },
      { symbol: 'BTC', instrumentId: '1', baseAsset: 'BTC' },
    ])
  })
})

describe('a post for a circle', () => {
  const post = { audience: 'CIRCLE' as const, authorId: 'ada', circleId: 'c' }

  it('is visible to members and to its author only', () => {
    expect(isVisible(post, null)).toBe(false)
    expect(isVisible(post, { userId: 'bob', circleIds: new Set() })).toBe(false)
    expect(isVisible(post, { userId: 'bob', circleIds: new Set(['c']) })).toBe(true)
    expect(isVisible(post, { userId: 'ada', circleIds: new Set() })).toBe(true)
  })
})
