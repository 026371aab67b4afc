const DAY_MS = 86_400_000
const MAX_DAYS = 365

/** Fewer readers than this are shown to nobody but analysts and the creator. */
const MIN_READERS = 5

/** Whole UTC calendar days: from midnight of the first one up to an instant of the last. */
export type Window = { readonly from: Date; readonly through: Date }

/** What was counted of a creator's public posts within a window. */
export type Counts = {
  readonly postCount: number
  readonly signalCount: number
  readonly readerCount: number
  readonly viewCount: number
  readonly clickCount: number
  readonly ticketCount: number
}

/** What a viewer is told of it; null where the viewer is not. */
export type Engagement = Window &
  Pick<Counts, 'postCount' | 'signalCount'> & {
    readonly [Figure in 'readerCount' | 'viewCount' | 'clickCount' | 'ticketCount']: number | null
  } & {
    /** Tickets per view and click; null without any of these. */
    readonly ticketRate: number | null
  }

/** The UTC calendar day of an instant, `YYYY-MM-DD`. */
export const utcDay = (at: Date): string => at.toISOString().slice(0, 10)

/** The last `days` UTC calendar days up to `now`, today included. Null unless `days` is a whole number from 1 to 365. */
export function decideWindow(now: Date, days: number): Window | null {
  if (!Number.isInteger(days) || days < 1 || days > MAX_DAYS) return null
  const today = Math.floor(now.getTime() / DAY_MS) * DAY_MS
  return { from: new Date(today - (days - 1) * DAY_MS), through: now }
}

/**
 * What of `counts` a viewer may know. Posts are public; what readers did is told if there are enough of them to hide
 * among, or if `seesReaders`: the viewer is an analyst or the creator.
 */
export function disclose(counts: Counts, window: Window, seesReaders: boolean): Engagement {
  const { postCount, signalCount, ...figures } = counts
  const open = { ...window, postCount, signalCount }
  if (!seesReaders && counts.readerCount < MIN_READERS)
    return { ...open, readerCount: null, viewCount: null, clickCount: null, ticketCount: null, ticketRate: null }
  const met = counts.viewCount + counts.clickCount
  return { ...open, ...figures, ticketRate: met === 0 ? null : counts.ticketCount / met }
}
