import { utcDay } from '@planet/runtime/instant'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Counts, decideWindow, exactEngagement, publicEngagement } from './engagement.ts'

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

const window = { from: new Date(0), through: new Date(0) }
const posted = { postCount: 3, signalCount: 1 }
const hidden = { readerCount: null, viewCount: null, clickCount: null, ticketCount: null, ticketRate: null }

it('analysts and the creator are told everything', () => {
  const counts: Counts = { ...posted, readerCount: 1, viewCount: 6, clickCount: 2, ticketCount: 4 }
  expect(exactEngagement(counts, window)).toEqual({ ...window, ...counts, ticketRate: 0.5 })
})

it('there is no rate of nothing', () => {
  const counts: Counts = { ...posted, readerCount: 1, viewCount: 0, clickCount: 0, ticketCount: 4 }
  expect(exactEngagement(counts, window).ticketRate).toBeNull()
})

describe('everybody else is told', () => {
  it('of posts, and nothing of readers where no day can be told', () => {
    expect(publicEngagement({ ...posted, days: [], readerCount: 0 }, window)).toEqual({ ...window, ...posted, ...hidden })
  })

  it('of each day by itself, rounded down', () => {
    const days = [
      { viewers: 9, clickers: 5, ticketOpeners: 4 },
      { viewers: 14, clickers: 6, ticketOpeners: 5 },
    ]
    expect(publicEngagement({ ...posted, days, readerCount: 17 }, window)).toEqual({
      ...window,
      ...posted,
      readerCount: 15,
      viewCount: 15,
      clickCount: 10,
      ticketCount: 5,
      ticketRate: 0.2,
    })
  })

  it('multiples of 5, which one person moves by 5 or not at all', () => {
    const day = fc.record({ viewers: fc.nat(50), clickers: fc.nat(50), ticketOpeners: fc.nat(50) })
    fc.assert(
      fc.property(fc.array(day, { minLength: 1 }), fc.nat(500), (days, readerCount) => {
        const [first, ...others] = days
        if (!first) return
        const told = publicEngagement({ ...posted, days, readerCount }, window)
        const one = { viewers: first.viewers + 1, clickers: first.clickers + 1, ticketOpeners: first.ticketOpeners + 1 }
        const after = publicEngagement({ ...posted, days: [one, ...others], readerCount: readerCount + 1 }, window)
        for (const figure of ['readerCount', 'viewCount', 'clickCount', 'ticketCount'] as const) {
          expect((told[figure] ?? 1) % 5).toBe(0)
          expect([0, 5]).toContain((after[figure] ?? 0) - (told[figure] ?? 0))
        }
      }),
    )
  })
})
