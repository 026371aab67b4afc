import { codedError } from '@planet/runtime/errors'
import { bytesOfKey, createTextCache } from '@planet/runtime/text-cache'
import { type Viewer, viewerOf } from '@planet/runtime/viewer'
import type { JWTVerifyGetKey } from 'jose'
import * as errors from 'jose/errors'
import { createRemoteJWKSet } from 'jose/jwks/remote'
import { jwtVerify } from 'jose/jwt/verify'

/** Who a token stands for, and until when. */
export type Authenticated = {
  readonly viewer: Viewer
  readonly expiresAt: Date
  /** Null if the token does not say. */
  readonly issuedAt: Date | null
  readonly tokenId: string | null
}

/**
 * Rejects with UNAUTHENTICATED for a token that is not valid now, with UNAVAILABLE if the issuer's keys cannot be had. A
 * token that was verified before gives what it stands for at once.
 */
export type TokenVerifier = (token: string) => Authenticated | Promise<Authenticated>

/** Asymmetric only: with a symmetric one, the public key would sign. */
const ALGORITHMS = ['ES256', 'RS256']
/** How far the issuer's clock may be off. */
const CLOCK_TOLERANCE_S = 5
/** Of the heap, for verified tokens that are kept until they expire, and for whom each stands; measured, rounded up. */
const MAX_CACHED_BYTES = 16 * 1024 * 1024
const BYTES_PER_VIEWER = 600

/**
 * Verifies access tokens of one issuer: ES256 or RS256, issuer, audience and expiry required, subject the user's id, claim
 * `roles` the roles. Any valid token has the role `user`.
 */
export function createTokenVerifier(options: {
  readonly issuer: string
  readonly audience: string
  readonly keys: JWTVerifyGetKey
  readonly nowMs?: () => number
}): TokenVerifier {
  const nowMs = options.nowMs ?? Date.now
  const cache = createTextCache<Authenticated>(MAX_CACHED_BYTES)
  const verifyAnew = async (token: string): Promise<Authenticated> => {
    const verified = await verify(token, options, nowMs)
    cache.set(token, verified, bytesOfKey(token) + BYTES_PER_VIEWER)
    return verified
  }
  return (token) => {
    const known = cache.get(token)
    return known && nowMs() < known.expiresAt.getTime() ? known : verifyAnew(token)
  }
}

async function verify(
  token: string,
  options: { readonly issuer: string; readonly audience: string; readonly keys: JWTVerifyGetKey },
  nowMs: () => number,
): Promise<Authenticated> {
  try {
    const { payload } = await jwtVerify(token, options.keys, {
      algorithms: ALGORITHMS,
      issuer: options.issuer,
      audience: options.audience,
      requiredClaims: ['exp', 'sub'],
      clockTolerance: CLOCK_TOLERANCE_S,
      currentDate: new Date(nowMs()),
    })
    const viewer = viewerOf(payload.sub, payload.roles)
    if (!viewer) throw invalidToken()
    const roles = viewer.roles.includes('user') ? viewer.roles : (['user', ...viewer.roles] as const)
    return {
      viewer: { userId: viewer.userId, roles },
      expiresAt: new Date((payload.exp ?? 0) * 1000),
      issuedAt: payload.iat === undefined ? null : new Date(payload.iat * 1000),
      tokenId: payload.jti ?? null,
    }
  } catch (error) {
    if (isFaultOfToken(error)) throw invalidToken()
    throw codedError('UNAVAILABLE', 'Tokens cannot be verified now. Try again.', {}, { cause: error })
  }
}

export const invalidToken = () => codedError('UNAUTHENTICATED', 'The access token is not valid.')

function isFaultOfToken(error: unknown): boolean {
  if (!(error instanceof errors.JOSEError)) return error instanceof Error && 'extensions' in error
  // What jose throws when the issuer's key set does not arrive or is none.
  return !['ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID', 'ERR_JOSE_GENERIC'].includes(error.code)
}

/** Keys of an issuer, fetched when needed and kept; a key that is not known is looked for at most every 30 s. */
export const remoteKeys = (url: string): JWTVerifyGetKey =>
  createRemoteJWKSet(new URL(url), { timeoutDuration: 3_000, cooldownDuration: 30_000 })

/**
 * The token of an `Authorization` value; undefined if there is none. Throws UNAUTHENTICATED for anything but a bearer
 * token: whoever sends credentials means to be known and must not be served as somebody anonymous.
 */
export function bearerToken(authorization: string | undefined): string | undefined {
  if (authorization === undefined) return undefined
  const match = /^Bearer +([\w.~+/=-]+) *$/i.exec(authorization)
  if (!match?.[1]) throw invalidToken()
  return match[1]
}
