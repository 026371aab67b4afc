/** Where a live session is in its life: SCHEDULED, then LIVE, then ENDED; never back. */
export type SessionStatus = 'SCHEDULED' | 'LIVE' | 'ENDED'

/** The session is live from `startedAt` on. */
export type SessionStarted = { readonly kind: 'Started'; readonly status: 'LIVE'; readonly startedAt: Date }
/** The session is over since `endedAt`. */
export type SessionEnded = { readonly kind: 'Ended'; readonly status: 'ENDED'; readonly endedAt: Date }

export type StartRefusal = { readonly kind: 'AlreadyLive' } | { readonly kind: 'AlreadyEnded' }
export type EndRefusal = { readonly kind: 'NotStarted' } | { readonly kind: 'AlreadyEnded' }

/** Whether a session may go live at `now`. Its scheduled time is an announcement: a host may start earlier or later. */
export function decideStart(session: { readonly status: SessionStatus }, now: Date): SessionStarted | StartRefusal {
  switch (session.status) {
    case 'SCHEDULED':
      return { kind: 'Started', status: 'LIVE', startedAt: now }
    case 'LIVE':
      return { kind: 'AlreadyLive' }
    case 'ENDED':
      return { kind: 'AlreadyEnded' }
  }
}

/** Whether a session may end at `now`: only a live one. */
export function decideEnd(session: { readonly status: SessionStatus }, now: Date): SessionEnded | EndRefusal {
  switch (session.status) {
    case 'SCHEDULED':
      return { kind: 'NotStarted' }
    case 'LIVE':
      return { kind: 'Ended', status: 'ENDED', endedAt: now }
    case 'ENDED':
      return { kind: 'AlreadyEnded' }
  }
}
