/** How much may happen at once, and how fast that comes back. */
export type BucketLimits = {
  readonly capacity: number
  readonly perSecond: number
}

export type TokenBucket = {
  /** 0 to the capacity. */
  readonly tokens: number
  /** When `tokens` was right. */
  readonly refilledAt: Date
}

export type Taking =
  | { readonly kind: 'Taken'; readonly bucket: TokenBucket }
  /** Nothing was taken; a token is there at the earliest after `retryAfterMs`, which is above 0. */
  | { readonly kind: 'Empty'; readonly retryAfterMs: number }

/** Full at any time. */
export const fullBucket = ({ capacity }: BucketLimits): TokenBucket => ({ tokens: capacity, refilledAt: new Date(0) })

/**
 * Takes one token at `now`, in the machine's time: a bucket guards against people and what they read, whose seconds are not
 * those of a replayed market. Over any span of time at most `capacity + perSecond * seconds` are taken. A clock that steps back
 * refills nothing.
 */
export function takeToken(bucket: TokenBucket, { capacity, perSecond }: BucketLimits, now: Date): Taking {
  const elapsedMs = Math.max(0, now.getTime() - bucket.refilledAt.getTime())
  const tokens = Math.min(capacity, bucket.tokens + (elapsedMs / 1000) * perSecond)
  if (tokens < 1) return { kind: 'Empty', retryAfterMs: Math.ceil(((1 - tokens) / perSecond) * 1000) }
  const refilledAt = elapsedMs > 0 ? now : bucket.refilledAt
  return { kind: 'Taken', bucket: { tokens: tokens - 1, refilledAt } }
}
