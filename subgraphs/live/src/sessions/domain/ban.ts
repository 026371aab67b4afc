import type { Id } from '@planet/runtime/ids'

/** Why a user is banned, as the host says. */
export type BanReason = 'SPAM' | 'ABUSE' | 'MANIPULATION' | 'IMPERSONATION' | 'OTHER'

/** A time for which a user may not take part in a session: from `from` until before `until`, null while it lasts. */
export type Ban = { readonly id: Id<'SessionBan'>; readonly from: Date; readonly until: Date | null }

/** When a ban begins; null if the user is banned already. `latest` is the user's latest ban in the session, null if there is none. */
export function banStart(latest: Pick<Ban, 'until'> | null, now: Date): Date | null {
  if (latest === null) return now
  return latest.until && later(latest.until, now)
}

/** When the ban that is taken back `now` ends; null if there is none that lasts. */
export function banEnd(latest: Pick<Ban, 'from' | 'until'> | null, now: Date): Date | null {
  return latest === null || latest.until !== null ? null : later(latest.from, now)
}

/** Replicas' clocks may differ by a little: no ban ends before it began or begins before the one before it ended. */
const later = (a: Date, b: Date) => (a > b ? a : b)
