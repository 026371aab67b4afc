import { hasLink } from '@planet/runtime/links'
import { type BucketLimits, fullBucket, type TokenBucket, takeToken } from './token-bucket.ts'

/** Whether everybody sees a bullet, only moderators do, or nobody does any more. */
export type BulletModeration = 'VISIBLE' | 'HELD' | 'REMOVED'

export const MAX_BULLET = 200

/** What one user may send in one session. */
export const SENDING: BucketLimits = { capacity: 5, perSecond: 0.5 }

/** What a session delivers live to those who take a sample. */
export const SAMPLING: BucketLimits = { capacity: 20, perSecond: 20 }

/** Links are how a chat is robbed: they are held until a moderator releases them. A moderator's own are not. */
export const moderationOf = (text: string, isModerator: boolean): BulletModeration =>
  !isModerator && hasLink(text) ? 'HELD' : 'VISIBLE'

/** A chat's sample so far. */
export type Sample = TokenBucket & {
  /** Bullets left out since the last one in the sample. */
  readonly dropped: number
}

export const newSample = (): Sample => ({ ...fullBucket(SAMPLING), dropped: 0 })

/**
 * Whether the next bullet is in the sample that is delivered live under load. Decided once, when the bullet becomes
 * visible, and kept in its event, so that all replicas and all replays agree. `machineNow` is the machine's time.
 */
export function decideSampling(
  sample: Sample,
  machineNow: Date,
): { readonly isSampled: boolean /** Left out just before this one. */; readonly dropped: number; readonly sample: Sample } {
  const taking = takeToken(sample, SAMPLING, machineNow)
  if (taking.kind === 'Taken') return { isSampled: true, dropped: sample.dropped, sample: { ...taking.bucket, dropped: 0 } }
  return { isSampled: false, dropped: 0, sample: { ...sample, dropped: sample.dropped + 1 } }
}
