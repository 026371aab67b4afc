/** Years that four digits of ISO 8601 say in UTC; those below 100 are taken for years of another century too easily. */
const FIRST_MS = Date.UTC(100, 0, 1)
const END_MS = Date.UTC(10_000, 0, 1)

/** True for an instant of the years 100 to 9999 in UTC: those that are taken in, stored and given out. */
export const isStorableInstant = (at: Date): boolean => at.getTime() >= FIRST_MS && at.getTime() < END_MS

const INSTANT =
  /^(\d{4})-(\d{2})-(\d{2})T([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d{1,3}))?(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))$/

/**
 * The instant of an ISO 8601 text with an offset, at most to the millisecond. Null for any other text, for a day that the
 * calendar does not have, and for what `isStorableInstant` refuses.
 */
export function parseIsoInstant(text: string): Date | null {
  const match = INSTANT.exec(text)
  if (!match) return null
  const [, year, month, day, hour, minute, second, fraction = '', sign, offsetHours = 0, offsetMinutes = 0] = match
  const at = new Date(0)
  // `Date.UTC` takes the years 0 to 99 for those of the twentieth century.
  at.setUTCFullYear(Number(year), Number(month) - 1, Number(day))
  // A day or month that is not there rolls over into the next.
  if (at.getUTCMonth() !== Number(month) - 1 || at.getUTCDate() !== Number(day)) return null
  at.setUTCHours(Number(hour), Number(minute), Number(second), Number(fraction.padEnd(3, '0')))
  const offsetMs = (Number(offsetHours) * 60 + Number(offsetMinutes)) * 60_000
  const instant = new Date(at.getTime() - (sign === '-' ? -offsetMs : offsetMs))
  return isStorableInstant(instant) ? instant : null
}

/** The instant of whole milliseconds since 1970 as a key holds them. Null for any other text and what `isStorableInstant` refuses. */
export function parseMilliseconds(text: string): Date | null {
  if (!/^-?\d{1,15}$/.test(text)) return null
  const at = new Date(Number(text))
  return isStorableInstant(at) ? at : null
}

const DAY_MS = 86_400_000

/** The UTC calendar day of an instant, e.g. `2026-01-24`. */
export const utcDay = (at: Date): string => at.toISOString().slice(0, 10)

/** The midnight in UTC with which the day of `at` begins. */
export const startOfUtcDay = (at: Date): Date => new Date(Math.floor(at.getTime() / DAY_MS) * DAY_MS)
