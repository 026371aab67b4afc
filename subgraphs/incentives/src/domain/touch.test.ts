import { describe, expect, it } from 'vitest'
import { isEffective, type TouchKind, touchesInWindow } from './touch.ts'

const orderCreatedAt = new Date('2026-01-24T12:00:00.000Z')
const touched = (kind: TouchKind, msBefore: number, visibleMs: number | null = kind === 'VIEW' ? 5_000 : null) => ({
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
