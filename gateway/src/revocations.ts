import { type Authenticated, invalidToken, type TokenVerifier } from './tokens.ts'

/** Whose tokens are worth nothing from now on: all that a user has so far, or the one with that id (claim `jti`). */
export type Revoked = { readonly userId: string } | { readonly tokenId: string }

/** Tokens that were taken back before they expired, as this process has been told. */
export type Revocations = {
  readonly verifyToken: TokenVerifier
  readonly isRevoked: (authenticated: Authenticated) => boolean
  revoke(revoked: Revoked): void
}

/** A token that lives longer than this is good again afterwards: access tokens live for minutes. */
const KEPT_MS = 24 * 60 * 60 * 1000
const MAX_KEPT = 100_000

/** `verifyToken`, which refuses what has been revoked. */
export function createRevocations(verifyToken: TokenVerifier, nowMs: () => number = Date.now): Revocations {
  const revokedAtMs = new Map<string, number>()
  const isRevoked = ({ viewer, tokenId, issuedAt }: Authenticated): boolean => {
    if (revokedAtMs.size === 0) return false
    if (tokenId !== null && revokedAtMs.has(`token ${tokenId}`)) return true
    const at = revokedAtMs.get(`user ${viewer.userId}`)
    // Tokens say the second in which they were issued.
    return at !== undefined && (issuedAt?.getTime() ?? 0) <= at
  }
  const forget = () => {
    const now = nowMs()
    for (const [key, at] of revokedAtMs) {
      if (revokedAtMs.size <= MAX_KEPT && now - at < KEPT_MS) return
      revokedAtMs.delete(key)
    }
  }
  return {
    isRevoked,
    async verifyToken(token) {
      const authenticated = await verifyToken(token)
      if (isRevoked(authenticated)) throw invalidToken()
      return authenticated
    },
    revoke(revoked) {
      const key = 'userId' in revoked ? `user ${revoked.userId}` : `token ${revoked.tokenId}`
      revokedAtMs.delete(key)
      revokedAtMs.set(key, nowMs())
      forget()
    },
  }
}
