import type { InputFault } from '@planet/runtime/refusals'

const MAX_TITLE = 120
const MAX_POSTS = 10
const HOUR_MS = 3_600_000
const MIN_HORIZON_MS = HOUR_MS
const MAX_HORIZON_MS = 90 * 24 * HOUR_MS

/** A session as its host wants it announced. */
export type ScheduleRequest = {
  readonly title: string
  readonly scheduledFor: Date
  /** Milliseconds. */
  readonly voteHorizon: number
  readonly postIds: readonly string[]
}

/** What the faults of a request depend on beside itself. */
export type Surroundings = {
  readonly now: Date
  readonly isListed: boolean
  /** Ids of the host's public posts; the others may be unknown, private or somebody else's, which is not told apart. */
  readonly ownPostIds: ReadonlySet<string>
}

/** Every fault of a session to be scheduled, in the order of the input's fields; empty if it may be stored. */
export function findScheduleFaults(request: ScheduleRequest, { now, isListed, ownPostIds }: Surroundings): InputFault[] {
  const faults: InputFault[] = []
  const length = [...request.title.trim()].length
  if (length < 1 || length > MAX_TITLE) faults.push({ field: 'title', message: `Must be 1 to ${MAX_TITLE} characters long.` })
  if (!isListed) faults.push({ field: 'instrumentId', message: 'No such instrument.' })
  if (request.scheduledFor < now) faults.push({ field: 'scheduledFor', message: 'Must not be in the past.' })
  if (request.voteHorizon < MIN_HORIZON_MS || request.voteHorizon > MAX_HORIZON_MS) {
    faults.push({ field: 'voteHorizon', message: 'Must be 1 hour to 90 days.' })
  }
  if (request.postIds.length > MAX_POSTS) {
    return [...faults, { field: 'postIds', message: `Must name at most ${MAX_POSTS} posts.` }]
  }
  request.postIds.forEach((id, i) => {
    if (!ownPostIds.has(id)) faults.push({ field: `postIds.${i}`, message: 'No public post of yours.' })
    else if (request.postIds.indexOf(id) < i) faults.push({ field: `postIds.${i}`, message: 'Names a post twice.' })
  })
  return faults
}
