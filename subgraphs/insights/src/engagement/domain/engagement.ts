import { startOfUtcDay } from '@planet/runtime/instant'

/** Fewer people than this are too few to hide one of them. (k-anonymity: C4, decision 0011) Accounts of one person are one. */
export const MIN_PEOPLE = 5
const COUNT_BASE = 5

const DAY_MS = 86_400_000
const MAX_DAYS = 365

/** Whole UTC calendar days: from midnight of the first one up to an instant of the last. */
export type Window = { readonly from: Date; readonly through: Date }

type Posted = { readonly postCount: number; readonly signalCount: number }

/** What was counted of a creator's public posts within a window. */
export type Counts = Posted & {
  readonly readerCount: number
  readonly viewCount: number
  readonly clickCount: number
  readonly ticketCount: number
}

/** What may be told to everybody about the readers of one day that has ended: people, each once, never fewer than 5 in all. */
export type ReaderDay = { readonly viewers: number; readonly clickers: number; readonly ticketOpeners: number }

export type PublicCounts = Posted & {
  readonly days: readonly ReaderDay[]
  /** Different people behind all of `days`. */
  readonly readerCount: number
}

/** What a viewer is told of it; null where the viewer is not. */
export type Engagement = Window &
  Posted & {
    readonly [Figure in 'readerCount' | 'viewCount' | 'clickCount' | 'ticketCount']: number | null
  } & {
    /** Tickets per view and click; null without any of these. */
    readonly ticketRate: number | null
  }

/** The last `days` UTC calendar days up to `now`, today included. Null unless `days` is a whole number from 1 to 365. */
export function decideWindow(now: Date, days: number): Window | null {
  if (!Number.isInteger(days) || days < 1 || days > MAX_DAYS) return null
  return { from: new Date(startOfUtcDay(now).getTime() - (days - 1) * DAY_MS), through: now }
}

/** What analysts and the creator are told: everything. */
export const exactEngagement = (counts: Counts, window: Window): Engagement => ({
  ...window,
  ...counts,
  ticketRate: rateOf(counts),
})

/**
 * What everybody else is told. Posts are public. Of readers each day is told by itself, rounded, so that neighbouring windows
 * differ by rounded figures of at least 5 people, or by nothing.
 */
export function publicEngagement({ postCount, signalCount, readerCount, days }: PublicCounts, window: Window): Engagement {
  const open = { ...window, postCount, signalCount }
  if (days.length === 0)
    return { ...open, readerCount: null, viewCount: null, clickCount: null, ticketCount: null, ticketRate: null }
  const total = (figure: keyof ReaderDay) => days.reduce((sum, day) => sum + roundedDown(day[figure]), 0)
  const figures = { viewCount: total('viewers'), clickCount: total('clickers'), ticketCount: total('ticketOpeners') }
  return { ...open, readerCount: roundedDown(readerCount), ...figures, ticketRate: rateOf(figures) }
}

function rateOf({ viewCount, clickCount, ticketCount }: Pick<Counts, 'viewCount' | 'clickCount' | 'ticketCount'>): number | null {
  const met = viewCount + clickCount
  return met === 0 ? null : ticketCount / met
}

const roundedDown = (count: number) => count - (count % COUNT_BASE)
