import { codedError, isCoded } from '@planet/runtime/errors'
import { bytesOfKey, createTextCache } from '@planet/runtime/text-cache'
import { type Viewer, viewerOf } from '@planet/runtime/viewer'
import type { JWTVerifyGetKey } from 'jose'
import * as errors from 'jose/errors'
import { createRemoteJWKSet, type ExportedJWKSCache, jwksCache } from 'jose/jwks/remote'
import { jwtVerify } from 'jose/jwt/verify'

/** Who a token stands for, and until when. */
export type Authenticated = {
  readonly viewer: Viewer
  /** From this instant on it stands for nobody. */
  readonly expiresAt: Date
  /** By the issuer's clock, which may be fast by `CLOCK_TOLERANCE_S`. Null if the token does not say. */
  readonly issuedAt: Date | null
  readonly tokenId: string | null
}

export type TokenVerifier = {
  /**
   * Rejects with UNAUTHENTICATED for a token that is not valid now, with UNAVAILABLE if the issuer's keys cannot be had. A
   * token that was verified before gives what it stands for at once, as long as verifying it anew would give the same.
   */
  (token: string): Authenticated | Promise<Authenticated>
  /** What the issuer's keys are now: another object once they are others. Null while that is not known. */
  readonly keysNow?: () => object | null
  /** Whether what this verifier gave is still proven by the issuer's keys. Rejects with UNAVAILABLE as above. */
  readonly isStillProven?: (authenticated: Authenticated) => Promise<boolean>
}

/** Where the keys of an issuer come from. */
export type IssuerKeys = JWTVerifyGetKey & {
  /** As `keysNow` of the verifier. What cannot tell is asked for the key at each use of a token, which is verified anew. */
  readonly version?: () => object | null
}

/** Asymmetric only: with a symmetric one, the public key would sign. */
const ALGORITHMS = ['ES256', 'RS256']
/** How far the issuer's clock may be ahead of ours. */
export const CLOCK_TOLERANCE_S = 5
/** From the issuing of a token to its end, at most, where nothing else is said. */
export const MAX_TOKEN_LIFE_S = 24 * 3600
/** Of the heap, for verified tokens that are kept until they expire, and for whom each stands; measured, rounded up. */
const MAX_CACHED_BYTES = 16 * 1024 * 1024
const BYTES_PER_VIEWER = 700

type Options = {
  readonly issuer: string
  readonly audience: string
  readonly keys: IssuerKeys
  /** From the issuing of a token to its end; one that claims more is refused. Default: `MAX_TOKEN_LIFE_S`. */
  readonly maxLifeS?: number
  readonly nowMs?: () => number
}

/** When a token is good, in seconds since 1970. */
type Times = { readonly iat: number; readonly nbf: number; readonly exp: number }

/** What a verified token says; holds while its times do and the issuer's keys are those of `version`. */
type Proof = { readonly authenticated: Authenticated; readonly times: Times; readonly version: object | null }

/**
 * Verifies access tokens of one issuer: ES256 or RS256; issuer, audience, expiry and time of issue required; subject the
 * user's id, claim `roles` the roles. Any valid token has the role `user`. Nothing is good past its end, before its beginning
 * or for longer than `maxLifeS`.
 */
export function createTokenVerifier(options: Options): TokenVerifier {
  const { keys, maxLifeS = MAX_TOKEN_LIFE_S, nowMs = Date.now } = options
  const proofs = createTextCache<Proof>(MAX_CACHED_BYTES)
  const tokens = new WeakMap<Authenticated, string>()
  const keysNow = () => keys.version?.() ?? null
  const judge = ({ authenticated, times }: Proof): Authenticated => {
    if (!isGoodAt(nowMs(), times, maxLifeS)) throw invalidToken()
    return authenticated
  }
  const verifyAnew = async (token: string): Promise<Authenticated> => {
    const version = keysNow()
    const proof = { ...(await prove(token, options)), version }
    // What it was verified with may have been withdrawn meanwhile.
    if (version && keysNow() !== null && keysNow() !== version) return verifyAnew(token)
    const authenticated = judge(proof)
    tokens.set(authenticated, token)
    // Keys that were not known when it was verified may be others than it was verified with.
    if (version && version === keysNow()) proofs.set(token, proof, bytesOfKey(token) + BYTES_PER_VIEWER)
    return authenticated
  }
  const verify = (token: string) => {
    const known = proofs.get(token)
    if (!known || known.version !== keysNow()) return verifyAnew(token)
    try {
      return judge(known)
    } catch (error) {
      return Promise.reject(error)
    }
  }
  return Object.assign(verify, {
    keysNow,
    async isStillProven(authenticated: Authenticated) {
      const token = tokens.get(authenticated)
      try {
        if (token !== undefined) await verify(token)
        return true
      } catch (error) {
        if (isCoded(error) && error.extensions.code === 'UNAUTHENTICATED') return false
        throw error
      }
    },
  })
}

/** The one place in which times are judged, of what was verified before and of what is verified now. */
function isGoodAt(nowMs: number, { iat, nbf, exp }: Times, maxLifeS: number): boolean {
  const latestMs = nowMs + CLOCK_TOLERANCE_S * 1000
  return nowMs < exp * 1000 && nbf * 1000 <= latestMs && iat * 1000 <= latestMs && exp - iat <= maxLifeS
}

/** What a token says, whenever that may be. Rejects as `TokenVerifier` does. */
async function prove(token: string, { issuer, audience, keys }: Options): Promise<Omit<Proof, 'version'>> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      algorithms: ALGORITHMS,
      issuer,
      audience,
      requiredClaims: ['exp', 'iat', 'sub'],
      // Times are judged by `isGoodAt`.
      clockTolerance: Number.MAX_SAFE_INTEGER,
    })
    const viewer = viewerOf(payload.sub, payload.roles)
    const { exp, iat, nbf = iat } = payload
    if (!viewer || exp === undefined || iat === undefined || nbf === undefined) throw invalidToken()
    const roles = viewer.roles.includes('user') ? viewer.roles : (['user', ...viewer.roles] as const)
    return {
      authenticated: {
        viewer: { userId: viewer.userId, roles },
        expiresAt: new Date(exp * 1000),
        issuedAt: new Date(iat * 1000),
        tokenId: payload.jti ?? null,
      },
      times: { exp, iat, nbf },
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

/** Keys that were fetched so long ago are asked for again at their next use, which does not wait for it. */
const KEYS_REFRESH_MS = 60_000
/** Keys that could not be fetched again by then hold no longer. */
const KEYS_HOLD_MS = 10 * 60_000
const KEYS_RETRY_MS = 10_000

/**
 * Keys of an issuer, fetched when needed and kept. One that the issuer has withdrawn holds for a minute more, and for ten
 * while the issuer cannot be reached; one that is not known is looked for at most every 30 s.
 */
export function remoteKeys(url: string, nowMs: () => number = Date.now): IssuerKeys {
  const fetched: ExportedJWKSCache | Record<string, never> = {}
  const keys = createRemoteJWKSet(new URL(url), {
    timeoutDuration: 3_000,
    cooldownDuration: 30_000,
    // How long they hold is judged here, where they may be fetched before they no longer do.
    cacheMaxAge: Number.POSITIVE_INFINITY,
    [jwksCache]: fetched,
  })
  let fetchedAtMs = Number.NaN
  let askedAtMs = Number.NaN
  let seen: unknown
  let text = ''
  let version = {}
  const look = () => {
    if (fetched.jwks === seen) return
    seen = fetched.jwks
    fetchedAtMs = nowMs()
    const published = JSON.stringify(seen)
    if (published !== text) version = {}
    text = published
  }
  const reload = async () => {
    await keys.reload()
    look()
  }
  /** An age below zero is that of keys that were fetched before the clock was set back. */
  const isYounger = (sinceMs: number, limitMs: number) => nowMs() >= sinceMs && nowMs() < sinceMs + limitMs
  const refresh = () => {
    if (isYounger(fetchedAtMs, KEYS_REFRESH_MS) || isYounger(askedAtMs, KEYS_RETRY_MS)) return
    askedAtMs = nowMs()
    // Whoever needs the keys meets the fault once they hold no longer.
    reload().catch(() => {})
  }
  const find: JWTVerifyGetKey = async (header, token) => {
    look()
    if (!isYounger(fetchedAtMs, KEYS_HOLD_MS)) await reload()
    const key = await keys(header, token)
    look()
    return key
  }
  return Object.assign(find, {
    version() {
      look()
      refresh()
      return isYounger(fetchedAtMs, KEYS_HOLD_MS) ? version : null
    },
  })
}

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
