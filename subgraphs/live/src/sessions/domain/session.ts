/** Where a live session is in its life: SCHEDULED, then LIVE, then ENDED; never back. */
export type LiveStatus = 'SCHEDULED' | 'LIVE' | 'ENDED'

/** The session is live from `startedAt` on. */
export type SessionStarted = { readonly kind: 'Started'; readonly status: 'LIVE'; readonly startedAt: Date }
/** The session is over since `endedAt`. */
export type SessionEnded = { readonly kind: 'Ended'; readonly status: 'ENDED'; readonly endedAt: Date }

/** The session is not in the status that this needs, but in `status`. */
export type WrongLiveStatus<Status extends LiveStatus> = { readonly kind: 'WrongLiveStatus'; readonly status: Status }

/** Whether a session may go live at `now`. Its scheduled time is an announcement: a host may start earlier or later. */
export function decideStart(
  { status }: { readonly status: LiveStatus },
  now: Date,
): SessionStarted | WrongLiveStatus<'LIVE' | 'ENDED'> {
  return status === 'SCHEDULED' ? { kind: 'Started', status: 'LIVE', startedAt: now } : { kind: 'WrongLiveStatus', status }
}

/** Whether a session may end at `now`: only a live one. */
export function decideEnd(
  { status }: { readonly status: LiveStatus },
  now: Date,
): SessionEnded | WrongLiveStatus<'SCHEDULED' | 'ENDED'> {
  return status === 'LIVE' ? { kind: 'Ended', status: 'ENDED', endedAt: now } : { kind: 'WrongLiveStatus', status }
}
