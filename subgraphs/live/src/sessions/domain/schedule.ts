import { findLineFaults } from '@planet/runtime/plain-text'
import type { InputFault } from '@planet/runtime/refusals'
import { NOT_EXTREMISED } from './extremising.ts'
import { findPriceFaults, type QuestionPrice } from './question-price.ts'

const MAX_TITLE = 120
const MAX_POSTS = 10
const MAX_SEATS = 20
const HOUR_MS = 3_600_000
const MIN_HORIZON_MS = HOUR_MS
/** Pools are extremised by 1.161 to 3.921 in the source study (Satopää et al. 2014); 1 leaves them as they are. */
const EXPONENT = { min: NOT_EXTREMISED, max: 4 }
const MAX_HORIZON_MS = 90 * 24 * HOUR_MS

/** A session as its host wants it announced. */
export type ScheduleRequest = {
  readonly title: string
  readonly scheduledFor: Date
  /** Milliseconds. */
  readonly voteHorizon: number
  readonly postIds: readonly string[]
  readonly maxSeats: number
  /** Null or absent: what past crowds speak for. */
  readonly extremisingExponent?: number | null | undefined
  /** Null or absent: questions are free. */
  readonly questionPrice?: QuestionPrice | null | undefined
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
  const faults = findLineFaults('title', request.title.trim(), MAX_TITLE)
  if (!isListed) faults.push({ field: 'instrumentId', message: 'No such instrument.' })
  if (request.scheduledFor < now) faults.push({ field: 'scheduledFor', message: 'Must not be in the past.' })
  if (request.voteHorizon < MIN_HORIZON_MS || request.voteHorizon > MAX_HORIZON_MS) {
    faults.push({ field: 'voteHorizon', message: 'Must be 1 hour to 90 days.' })
  }
  if (request.postIds.length > MAX_POSTS) {
    faults.push({ field: 'postIds', message: `Must name at most ${MAX_POSTS} posts.` })
  } else {
    request.postIds.forEach((id, i) => {
      if (!ownPostIds.has(id)) faults.push({ field: `postIds.${i}`, message: 'No public post of yours.' })
      else if (request.postIds.indexOf(id) < i) faults.push({ field: `postIds.${i}`, message: 'Names a post twice.' })
    })
  }
  if (request.maxSeats < 0 || request.maxSeats > MAX_SEATS) {
    faults.push({ field: 'maxSeats', message: `Must be 0 to ${MAX_SEATS}.` })
  }
  const exponent = request.extremisingExponent ?? EXPONENT.min
  // Written so that NaN is refused too.
  if (!(exponent >= EXPONENT.min && exponent <= EXPONENT.max)) {
    faults.push({ field: 'extremisingExponent', message: `Must be ${EXPONENT.min} to ${EXPONENT.max}.` })
  }
  if (request.questionPrice) faults.push(...findPriceFaults('questionPrice', request.questionPrice))
  return faults
}
