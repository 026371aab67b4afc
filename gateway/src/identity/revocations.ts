import { type Authenticated, CLOCK_TOLERANCE_S, invalidToken, MAX_TOKEN_LIFE_S, type TokenVerifier } from './tokens.ts'

/** Whose tokens are worth nothing from now on: all that a user has so far, or the one with that id (claim `jti`). */
export type Revoked = { readonly userId: string } | { readonly tokenId: string }

/** Tokens that were taken back before they expired, as this process has been told. */
export type Revocations = {
  readonly verifyToken: TokenVerifier
  readonly isRevoked: (authenticated: Authenticated) => boolean
  /** `atMs` is when they were taken back, since 1970 in milliseconds. Left out: now. False if that was known. */
  revoke(revoked: Revoked, atMs?: number): boolean
  /** The earliest instant whose revocations still matter. */
  since(): Date
  /** How many are kept. */
  size(): number
}

const MAX_KEPT = 100_000
/** What is forgotten does not come back if a clock is set back by less. */
const MARGIN_MS = 3_600_000

/**
 * `verifyToken`, which refuses what has been revoked. A user's tokens of the next `CLOCK_TOLERANCE_S` are refused too: an
 * issuer whose clock is fast may have issued them before. A revocation is kept for as long as a token may live that it
 * matters to. There is room for `maxKept`: beyond it the oldest are kept together, as one of everybody's tokens.
 */
export function createRevocations(
  verifyToken: TokenVerifier,
  nowMs: () => number = Date.now,
  {
    maxTokenLifeS = MAX_TOKEN_LIFE_S,
    maxKept = MAX_KEPT,
  }: { readonly maxTokenLifeS?: number | undefined; readonly maxKept?: number } = {},
): Revocations {
  const keptMs = (maxTokenLifeS + CLOCK_TOLERANCE_S) * 1000 + MARGIN_MS
  const revokedAtMs = new Map<string, number>()
  /** Of everybody. */
  let floorMs = Number.NEGATIVE_INFINITY

  const isRevoked = ({ viewer, tokenId, issuedAt }: Authenticated): boolean => {
    if (revokedAtMs.size === 0 && floorMs === Number.NEGATIVE_INFINITY) return false
    if (tokenId !== null && revokedAtMs.has(`token ${tokenId}`)) return true
    const atMs = Math.max(revokedAtMs.get(`user ${viewer.userId}`) ?? Number.NEGATIVE_INFINITY, floorMs)
    return (issuedAt?.getTime() ?? Number.NEGATIVE_INFINITY) <= atMs + CLOCK_TOLERANCE_S * 1000
  }
  const forget = () => {
    const untilMs = nowMs() - keptMs
    for (const [key, atMs] of revokedAtMs) if (atMs < untilMs) revokedAtMs.delete(key)
    if (revokedAtMs.size <= maxKept) return
    const oldestFirst = [...revokedAtMs].sort(([, one], [, other]) => one - other)
    for (const [key, atMs] of oldestFirst.slice(0, Math.ceil(maxKept / 10))) {
      revokedAtMs.delete(key)
      floorMs = Math.max(floorMs, atMs)
    }
  }
  const pass = (authenticated: Authenticated): Authenticated => {
    if (isRevoked(authenticated)) throw invalidToken()
    return authenticated
  }
  let lookedAtMs = Number.NEGATIVE_INFINITY

  return {
    isRevoked,
    verifyToken: Object.assign((token: string) => {
      const found = verifyToken(token)
      if (found instanceof Promise) return found.then(pass)
      return isRevoked(found) ? Promise.reject(invalidToken()) : found
    }, verifyToken),
    revoke(revoked, atMs = nowMs()) {
      const key = 'userId' in revoked ? `user ${revoked.userId}` : `token ${revoked.tokenId}`
      if (atMs <= floorMs || atMs <= (revokedAtMs.get(key) ?? Number.NEGATIVE_INFINITY)) return false
      revokedAtMs.set(key, atMs)
      // Looking at all of them for each would take the square of their number.
      if (revokedAtMs.size > maxKept || Math.abs(nowMs() - lookedAtMs) >= 60_000) {
        lookedAtMs = nowMs()
        forget()
      }
      return true
    },
    since: () => new Date(nowMs() - keptMs),
    size: () => revokedAtMs.size,
  }
}
