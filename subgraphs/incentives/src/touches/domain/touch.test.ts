import { newId } from '@planet/runtime/ids'
import { describe, expect, it } from 'vitest'
import { findTouchFaults, isEffective, keptKind, type LinkingKind, linksUntil, touchesInWindow } from './touch.ts'

const orderCreatedAt = new Date('2026-01-24T12:00:00.000Z')
const touched = (kind: LinkingKind, msBefore: number, visibleMs: number | null = kind === 'VIEW' ? 5_000 : null) => ({
  kind,
  at: new Date(orderCreatedAt.getTime() - msBefore),
  visibleMs,
})
const isInWindow = (...touch: Parameters<typeof touched>) => touchesInWindow([touched(...touch)], orderCreatedAt).length === 1

describe('touchesInWindow', () => {
  it.each([
    ['TICKET', 3_600_000],
    ['CLICK', 72 * 3_600_000],
    ['VIEW', 24 * 3_600_000],
  ] as const)('keeps a %s for %d milliseconds and not one longer', (kind, windowMs) => {
    expect(isInWindow(kind, windowMs)).toBe(true)
    expect(isInWindow(kind, windowMs + 1)).toBe(false)
  })

  it('wants the touch strictly before the order', () => {
    expect(isInWindow('CLICK', 1)).toBe(true)
    expect(isInWindow('CLICK', 0)).toBe(false)
    expect(isInWindow('CLICK', -1)).toBe(false)
  })

  it('ignores a glimpse of less than five seconds', () => {
    expect(isInWindow('VIEW', 60_000, 4_999)).toBe(false)
    expect(isInWindow('VIEW', 60_000, 5_000)).toBe(true)
    expect(isEffective({ kind: 'VIEW', visibleMs: null })).toBe(false)
  })
})

describe('keptKind', () => {
  it.each([
    ['VIEW', 0, 'GLANCE'],
    ['VIEW', 4_999, 'GLANCE'],
    ['VIEW', 5_000, 'VIEW'],
    ['CLICK', null, 'CLICK'],
    ['TICKET', null, 'TICKET'],
  ] as const)('of a %s visible for %s ms is %s', (kind, visibleMs, kept) => {
    expect(keptKind({ kind, visibleMs })).toBe(kept)
  })
})

describe('linksUntil', () => {
  const at = orderCreatedAt
  const postId = newId<'Post'>(at)

  it('is the end of the window of a touch of a post', () => {
    expect(linksUntil({ postId, kind: 'VIEW', at })).toEqual(new Date('2026-01-25T12:00:00.000Z'))
  })

  it('is nothing for a glance, and for what is no post', () => {
    expect(linksUntil({ postId, kind: 'GLANCE', at })).toBeNull()
    expect(linksUntil({ postId: null, kind: 'CLICK', at })).toBeNull()
  })
})

describe('findTouchFaults', () => {
  it('accepts a view of at most an hour, however short, and a click without a duration', () => {
    for (const visibleMs of [0, 4_999, 5_000, 3_600_000]) expect(findTouchFaults({ kind: 'VIEW', visibleMs })).toEqual([])
    expect(findTouchFaults({ kind: 'CLICK', visibleMs: null })).toEqual([])
  })

  it.each([
    ['VIEW', null],
    ['VIEW', -1],
    ['VIEW', 3_600_001],
    ['CLICK', 0],
    ['CLICK', 3_600_001],
  ] as const)('refuses a %s visible for %s ms', (kind, visibleMs) => {
    expect(findTouchFaults({ kind, visibleMs }).map((fault) => fault.field)).toEqual(['visibleMs'])
  })

  it('refuses a glance, which a short view becomes by itself', () => {
    expect(findTouchFaults({ kind: 'GLANCE', visibleMs: 900 }).map((fault) => fault.field)).toEqual(['kind'])
  })

  it('refuses a ticket, and lists both faults of one with a duration', () => {
    expect(findTouchFaults({ kind: 'TICKET', visibleMs: null }).map((fault) => fault.field)).toEqual(['kind'])
    expect(findTouchFaults({ kind: 'TICKET', visibleMs: 5_000 }).map((fault) => fault.field)).toEqual(['kind', 'visibleMs'])
  })
})
