import { describe, expect, it } from 'vitest'
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

describe('a post for a circle', () => {
  const post = { audience: 'CIRCLE' as const, authorId: 'ada', circleId: 'c' }

  it('is visible to members and to its author only', () => {
    expect(isVisible(post, null)).toBe(false)
    expect(isVisible(post, { userId: 'bob', circleIds: new Set() })).toBe(false)
    expect(isVisible(post, { userId: 'bob', circleIds: new Set(['c']) })).toBe(true)
    expect(isVisible(post, { userId: 'ada', circleIds: new Set() })).toBe(true)
  })
})
