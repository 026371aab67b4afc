import { createHash, createHmac, type KeyObject, sign as signBytes } from 'node:crypto'
import type { GraphQLError } from 'graphql'
import type { JWTPayload, JWTVerifyGetKey } from 'jose'
import * as errors from 'jose/errors'
import { jwtVerify } from 'jose/jwt/verify'
import { codedError } from './errors.ts'
import { bytesOfKey, createTextCache } from './text-cache.ts'
import { type Viewer, viewerOf } from './viewer.ts'
import { keyIdOf } from './viewer-keys.ts'

const ISSUER = 'planet-gateway'
/** How long a subgraph believes a signed viewer at most; one that claims more is refused. */
export const VIEWER_LIFETIME_S = 60
/** How far the clocks of the gateway and a subgraph may be apart; beyond it viewers are refused. */
export const CLOCK_TOLERANCE_S = 5
/** For so long a token is sent again; what is left of its life bridges a subgraph's clock that is ahead. */
const REUSED_MS = 30_000
/** Of the heap, for tokens that are sent again, and for those that were verified; each with whom it stands for, rounded up. */
const MAX_CACHED_BYTES = 16 * 1024 * 1024
const BYTES_PER_VIEWER = 600

/** Why a viewer is refused. It says nothing of the token, so it may be told to whoever sent it. */
export type ViewerFault =
  | 'missing'
  | 'malformed'
  | 'signed with another key'
  | 'too old, or the clocks are apart'
  | 'from the future: the clocks are apart'
  | 'claims too long a life'
  | 'meant for another subgraph'
  | 'meant for another request'
  | 'not meant for a mutation'

const FAULTS: ReadonlySet<unknown> = new Set<ViewerFault>([
  'missing',
  'malformed',
  'signed with another key',
  'too old, or the clocks are apart',
  'from the future: the clocks are apart',
  'claims too long a life',
  'meant for another subgraph',
  'meant for another request',
  'not meant for a mutation',
])

/** What a subgraph answers whoever is not its gateway. */
export const refuseViewer = (viewerFault: ViewerFault): GraphQLError =>
  codedError('UNAUTHENTICATED', 'This service answers only the gateway.', { viewerFault })

/** Why a subgraph refused the gateway's own token; null for any other error, e.g. that a client is to sign in. */
export function viewerFaultOf({ extensions: { viewerFault } }: Pick<GraphQLError, 'extensions'>): ViewerFault | null {
  // The set holds all of them.
  return FAULTS.has(viewerFault) ? (viewerFault as ViewerFault) : null
}

/** Names the text of a request, to which a mutation's token is bound: SHA-256 of its bytes. */
export const hashOfBody = (body: string | Uint8Array): string => createHash('sha256').update(body).digest('base64url')

/** The text of a request, wherever it is not at hand as it was sent. */
export const bodyOf = (request: {
  readonly query: string
  readonly operationName?: string | undefined
  readonly variables?: Readonly<Record<string, unknown>> | undefined
}): string => JSON.stringify({ query: request.query, operationName: request.operationName, variables: request.variables })

export type ViewerSigner = {
  /** A token with which `subgraph` may be read for this viewer; the same one for 30 s. */
  signRead(viewer: Viewer | null, subgraph: string): string
  /** A token for one request, whose text is `body`; nothing else can be asked with it. */
  signBody(viewer: Viewer | null, subgraph: string, body: string | Uint8Array): string
}

/** Signs viewers for subgraphs: EdDSA with an Ed25519 key, HS256 with a key that stays in this process. */
export function createViewerSigner(key: KeyObject, nowMs: () => number = Date.now): ViewerSigner {
  const header = encode({ alg: algorithmOf(key), kid: keyIdOf(key) })
  const kept = createTextCache<{ readonly token: string; readonly until: number }>(MAX_CACHED_BYTES)
  const sign = (viewer: Viewer | null, subgraph: string, now: number, body?: string) => {
    const issued = Math.floor(now / 1000)
    const who = viewer ? { sub: viewer.userId, roles: viewer.roles } : { anonymous: true }
    const times = { iat: issued, exp: issued + VIEWER_LIFETIME_S }
    const text = `${header}.${encode({ ...who, iss: ISSUER, aud: subgraph, ...times, ...(body === undefined ? {} : { body }) })}`
    return `${text}.${signatureOf(text, key)}`
  }
  return {
    signRead(viewer, subgraph) {
      const now = nowMs()
      const name = viewer ? `${subgraph} ${viewer.roles.join()} ${viewer.userId}` : subgraph
      const known = kept.get(name)
      // A token from before the clock was set back is of the future.
      if (known && now < known.until && known.until - now <= REUSED_MS) return known.token
      const token = sign(viewer, subgraph, now)
      const until = now + REUSED_MS
      kept.set(name, { token, until }, bytesOfKey(name) + bytesOfKey(token))
      return token
    },
    signBody: (viewer, subgraph, body) => sign(viewer, subgraph, nowMs(), hashOfBody(body)),
  }
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

const algorithmOf = (key: KeyObject) => (key.type === 'secret' ? 'HS256' : 'EdDSA')

const signatureOf = (text: string, key: KeyObject): string =>
  key.type === 'secret'
    ? createHmac('sha256', key).update(text).digest('base64url')
    : signBytes(null, Buffer.from(text), key).toString('base64url')

/** What a verified token says: for whom, and for which request alone (`hashOfBody`); null if for any that only reads. */
export type ViewerProof = { readonly viewer: Viewer | null; readonly body: string | null }

/** Throws or rejects with `refuseViewer` unless a gateway signed the token for this subgraph less than a minute ago. */
export type ViewerVerifier = (token: string | undefined) => ViewerProof | Promise<ViewerProof>

type Verified = { readonly proof: ViewerProof; readonly fromMs: number; readonly untilMs: number }

/**
 * Verifies viewers that were signed for `subgraph`. Of two keys, while the gateway's key is changed, either may have signed.
 * Throws for keys of two kinds, and for none.
 */
export function createViewerVerifier(
  keys: readonly KeyObject[],
  subgraph: string,
  nowMs: () => number = Date.now,
): ViewerVerifier {
  const byId = new Map(keys.map((key) => [keyIdOf(key), key]))
  const algorithms = [...new Set(keys.map(algorithmOf))]
  if (algorithms.length !== 1) throw new Error('viewers are verified with keys of one kind')
  const keyOf: JWTVerifyGetKey = ({ kid = '' }) => {
    const key = byId.get(kid)
    if (!key) throw refuseViewer('signed with another key')
    return key
  }
  const cache = createTextCache<Verified>(MAX_CACHED_BYTES)
  const verifyAnew = async (token: string): Promise<ViewerProof> => {
    const verified = await verify(token, keyOf, algorithms, subgraph, nowMs())
    // Those for one request are not sent again.
    if (verified.proof.body === null) cache.set(token, verified, bytesOfKey(token) + BYTES_PER_VIEWER)
    return verified.proof
  }
  return (token) => {
    if (token === undefined) throw refuseViewer('missing')
    const known = cache.get(token)
    if (!known) return verifyAnew(token)
    const now = nowMs()
    return known.fromMs <= now && now < known.untilMs ? known.proof : verifyAnew(token)
  }
}

async function verify(
  token: string,
  keyOf: JWTVerifyGetKey,
  algorithms: string[],
  subgraph: string,
  now: number,
): Promise<Verified> {
  try {
    const { payload } = await jwtVerify(token, keyOf, {
      algorithms,
      issuer: ISSUER,
      audience: subgraph,
      requiredClaims: ['exp', 'iat'],
      clockTolerance: CLOCK_TOLERANCE_S,
      maxTokenAge: VIEWER_LIFETIME_S,
      currentDate: new Date(now),
    })
    return verifiedOf(payload)
  } catch (error) {
    throw refuseViewer(faultOf(error, now))
  }
}

function verifiedOf({ iat = 0, exp = 0, anonymous, sub, roles, body }: JWTPayload): Verified {
  if (exp - iat > VIEWER_LIFETIME_S) throw refuseViewer('claims too long a life')
  const viewer = anonymous === true ? null : viewerOf(sub, roles)
  if (viewer === undefined || (body !== undefined && typeof body !== 'string')) throw refuseViewer('malformed')
  return {
    proof: { viewer, body: body ?? null },
    fromMs: (iat - CLOCK_TOLERANCE_S) * 1000,
    untilMs: (exp + CLOCK_TOLERANCE_S) * 1000,
  }
}

function faultOf(error: unknown, now: number): ViewerFault {
  if (error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JOSEAlgNotAllowed)
    return 'signed with another key'
  if (error instanceof errors.JWTExpired) return 'too old, or the clocks are apart'
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'aud') return 'meant for another subgraph'
    const isFuture = typeof error.payload.iat === 'number' && error.payload.iat * 1000 > now
    return error.claim === 'iat' && isFuture ? 'from the future: the clocks are apart' : 'malformed'
  }
  const { extensions = {} } = error instanceof Error && 'extensions' in error ? (error as GraphQLError) : {}
  return viewerFaultOf({ extensions }) ?? 'malformed'
}

/**
 * Throws `refuseViewer` unless `proof` is good for a request with this text. One that is bound to a text is good for that one
 * alone.
 */
export function requireBody(proof: ViewerProof, textOf: () => string | Uint8Array): void {
  if (proof.body !== null && proof.body !== hashOfBody(textOf())) throw refuseViewer('meant for another request')
}

/** Throws `refuseViewer` unless `proof` was given for one request, as that of a mutation is. */
export function requireOwnBody(proof: ViewerProof): void {
  if (proof.body === null) throw refuseViewer('not meant for a mutation')
}
