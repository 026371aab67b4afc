import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Counts, decideWindow, disclose, utcDay } from './engagement.ts'

const DAY_MS = 86_400_000
const instant = fc.date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true })

describe('a window of days', () => {
  it('of one day begins at the midnight before', () => {
    const now = new Date('2026-01-24T23:59:59.999Z')
    expect(decideWindow(now, 1)).toEqual({ from: new Date('2026-01-24T00:00:00.000Z'), through: now })
  })

  it('of one day at midnight is empty as yet', () => {
    const now = new Date('2026-01-24T00:00:00.000Z')
    expect(decideWindow(now, 1)).toEqual({ from: now, through: now })
  })

  it('counts exactly the days asked for, today included', () => {
    fc.assert(
      fc.property(instant, fc.integer({ min: 1, max: 365 }), (now, days) => {
        const from = decideWindow(now, days)?.from ?? now
        expect(from.getTime() % DAY_MS).toBe(0)
        expect((Date.parse(utcDay(now)) - from.getTime()) / DAY_MS + 1).toBe(days)
      }),
    )
  })

  it('is of 1 to 365 whole days', () => {
    for (const days of [0, -1, 366, 1.5, Number.NaN]) expect(decideWindow(new Date(), days)).toBeNull()
  })
})

describe('what a viewer is told', () => {
  const window = { from: new Date(0), through: new Date(0) }
  const counts: Counts = { postCount: 3, signalCount: 1, readerCount: 5, viewCount: 6, clickCount: 2, ticketCount: 4 }
  const hidden = { readerCount: null, viewCount: null, clickCount: null, ticketCount: null, ticketRate: null }

  it('is everything where five readers are behind it', () => {
    expect(disclose(counts, window, false)).toEqual({ ...window, ...counts, ticketRate: 0.5 })
  })

  it('is nothing about readers where fewer are', () => {
    fc.assert(
      fc.property(fc.nat(4), fc.nat(), fc.nat(), (readerCount, viewCount, ticketCount) => {
        const engagement = disclose({ ...counts, readerCount, viewCount, ticketCount }, window, false)
        expect(engagement).toEqual({ ...window, postCount: 3, signalCount: 1, ...hidden })
      }),
    )
  })

  it('is everything for those who may see readers', () => {
    expect(disclose({ ...counts, readerCount: 1 }, window, true)).toMatchObject({ readerCount: 1, viewCount: 6, ticketRate: 0.5 })
  })

  it('has no rate of nothing', () => {
    expect(disclose({ ...counts, viewCount: 0, clickCount: 0 }, window, true).ticketRate).toBeNull()
  })
})
