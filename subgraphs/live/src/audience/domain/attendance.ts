/** Whoever gave no sign of life for so long does not watch any more, in milliseconds. */
export const WATCHING_MS = 30_000

/** A sign of life of a viewer, by the two clocks that there are. */
export type Sign = {
  /** The machine's, by which a viewer is gone. */
  readonly seenAt: Date
  /** The platform's, by which it is told when a viewer was there. */
  readonly at: Date
}

/** Signs of life of one viewer in one session, none of which came too late after the one before. */
export type Watch = { readonly first: Sign; readonly last: Sign }

/** Why a time of watching is over. */
export type AttendanceEnd = 'LEFT' | 'SESSION_ENDED'

/** A time in which a user watched a session: from `from` until before `until`, by the platform's time. */
export type Attendance = { readonly from: Date; readonly until: Date; readonly reason: AttendanceEnd }

/** The signs of life of `watches`, which may overlap and come in any order, as the least watches; the earliest first. */
export function joinWatches(watches: readonly Watch[]): Watch[] {
  const joined: Watch[] = []
  for (const watch of watches.toSorted((a, b) => a.first.seenAt.getTime() - b.first.seenAt.getTime())) {
    const latest = joined.at(-1)
    if (latest && watch.first.seenAt.getTime() - latest.last.seenAt.getTime() < WATCHING_MS) {
      joined[joined.length - 1] = { first: latest.first, last: latestSign(latest.last, watch.last) }
    } else joined.push(watch)
  }
  return joined
}

/** Whether the signs of life only go on with a watch that was known. */
export function isGoingOn(known: Watch | undefined, seen: readonly Watch[]): boolean {
  const [joined, other] = known ? joinWatches([known, ...seen]) : []
  return joined?.first === known?.first && joined !== undefined && other === undefined
}

/**
 * What a viewer's new signs of life say beside what was known: the times of watching that are over, and the watch that may
 * last. `after` is the end of the latest attendance that is kept already: nothing that is told anew overlaps it. It may be null
 * too where `isGoingOn`.
 */
export function followViewer(
  known: Watch | null,
  seen: readonly Watch[],
  after: Date | null,
): { readonly over: Attendance[]; readonly watch: Watch | null } {
  const over: Attendance[] = []
  let free = after
  const watches = joinWatches(known ? [known, ...seen] : seen)
  for (const [i, joined] of watches.entries()) {
    const watch = free === null ? joined : { ...joined, first: { ...joined.first, at: laterOf(joined.first.at, free) } }
    const next = watches[i + 1]
    if (!next) return { over, watch }
    const attendance = attendanceOf(watch, { noticedAt: next.first.at, sessionEndedAt: null })
    if (!attendance) continue
    over.push(attendance)
    free = attendance.until
  }
  return { over, watch: null }
}

/**
 * The attendance of a watch that is over: until `WATCHING_MS` after its last sign of life, but not beyond the end of the session,
 * nor beyond `noticedAt`, where the platform's time goes slower than the machine's. Null if it took no time.
 */
export function attendanceOf(
  { first, last }: Watch,
  over: { readonly noticedAt: Date; readonly sessionEndedAt: Date | null },
): Attendance | null {
  const from = first.at
  const gone = earlierOf(new Date(last.at.getTime() + WATCHING_MS), over.noticedAt)
  const { sessionEndedAt } = over
  const isCut = sessionEndedAt !== null && sessionEndedAt <= gone
  const until = isCut ? sessionEndedAt : gone
  return until > from ? { from, until, reason: isCut ? 'SESSION_ENDED' : 'LEFT' } : null
}

const latestSign = (a: Sign, b: Sign) => (a.seenAt > b.seenAt ? a : b)
const laterOf = (a: Date, b: Date) => (a > b ? a : b)
const earlierOf = (a: Date, b: Date) => (a < b ? a : b)
