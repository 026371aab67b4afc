import { createHmac } from 'node:crypto'
import { jwtVerify } from 'jose/jwt/verify'
import { codedError } from './errors.ts'
import { type Id, parseId } from './ids.ts'

export const ROLES = ['user', 'partner', 'analyst', 'admin'] as const
export type Role = (typeof ROLES)[number]

/** Who asks. An anonymous request has the viewer `null`. */
export type Viewer = { readonly userId: Id<'User'>; readonly roles: readonly Role[] }

const AUDIENCE = 'planet-subgraph'
const ISSUER = 'planet-gateway'
/** How long a subgraph believes a signed viewer. Revocation takes at most this long. */
export const VIEWER_LIFETIME_S = 60
/** A token is reused while it has at least this long to live, so that a call in flight never sees it expire. */
const REUSE_MARGIN_S = 20
const MAX_CACHED = 10_000

export type ViewerSigner = { sign(viewer: Viewer | null): string }

const SIGNED_HEADER = encode({ alg: 'HS256' })

/**
 * Signs viewers for subgraphs (HS256, audience `planet-subgraph`, 60 s). The token of a viewer is reused for 40 s, as long
 * as it is the same object. Throws for a secret under 32 bytes.
 */
export function createViewerSigner(secret: Uint8Array, nowMs: () => number = Date.now): ViewerSigner {
  if (secret.length < 32) throw new Error('a viewer secret has at least 32 bytes')
  const signed = new WeakMap<Viewer, Signed>()
  let anonymous: Signed | undefined
  return {
    sign(viewer) {
      const known = viewer ? signed.get(viewer) : anonymous
      if (known && nowMs() < known.until) return known.token
      const made = signViewer(viewer, secret, nowMs())
      if (viewer) signed.set(viewer, made)
      else anonymous = made
      return made.token
    },
  }
}

/** `until` is when it is no longer reused. */
type Signed = { readonly token: string; readonly until: number }

function signViewer(viewer: Viewer | null, secret: Uint8Array, nowMs: number): Signed {
  const issued = Math.floor(nowMs / 1000)
  const claims = viewer ? { sub: viewer.userId, roles: viewer.roles } : { anonymous: true }
  const text = `${SIGNED_HEADER}.${encode({ ...claims, iss: ISSUER, aud: AUDIENCE, iat: issued, exp: issued + VIEWER_LIFETIME_S })}`
  const token = `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
  return { token, until: (issued + VIEWER_LIFETIME_S - REUSE_MARGIN_S) * 1000 }
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

export type ViewerVerifier = (token: string | undefined) => Promise<Viewer | null>

/** Throws UNAUTHENTICATED unless the gateway signed `token` less than a minute ago. */
export function createViewerVerifier(secret: Uint8Array, nowMs: () => number = Date.now): ViewerVerifier {
  const cache = new Map<string, { viewer: Viewer | null; expires: number }>()
  return async (token) => {
    if (token === undefined) throw codedError('UNAUTHENTICATED', 'This service answers only the gateway.')
    const cached = cache.get(token)
    if (cached) {
      if (nowMs() < cached.expires) return cached.viewer
      cache.delete(token)
    }
    const { viewer, expires } = await verify(token, secret, nowMs)
    if (cache.size >= MAX_CACHED) cache.clear()
    cache.set(token, { viewer, expires })
    return viewer
  }
}

async function verify(token: string, secret: Uint8Array, nowMs: () => number) {
  try {
    const { payload } = await jwtVerify(token, secret, {
      algorithms: ['HS256'],
      issuer: ISSUER,
      audience: AUDIENCE,
      requiredClaims: ['exp'],
      currentDate: new Date(nowMs()),
    })
    const viewer = payload.anonymous === true ? null : viewerOf(payload.sub, payload.roles)
    if (viewer === undefined) throw new Error('malformed claims')
    return { viewer, expires: (payload.exp ?? 0) * 1000 }
  } catch (cause) {
    throw codedError('UNAUTHENTICATED', 'This service answers only the gateway.', {}, { cause })
  }
}

/** The viewer that verified claims describe; undefined when they do not fit. Unknown roles are dropped. */
export function viewerOf(subject: unknown, roles: unknown): Viewer | undefined {
  const userId = typeof subject === 'string' ? parseId<'User'>(subject) : null
  if (!userId) return undefined
  const list: readonly unknown[] = Array.isArray(roles) ? roles : []
  return { userId, roles: ROLES.filter((role) => list.includes(role)) }
}

/** Throws UNAUTHENTICATED for an anonymous viewer. */
export function requireUser(viewer: Viewer | null): Viewer {
  if (!viewer) throw codedError('UNAUTHENTICATED', 'Sign in to do this.')
  return viewer
}

/** Throws UNAUTHENTICATED or FORBIDDEN unless the viewer has `role`; an admin has every role. */
export function requireRole(viewer: Viewer | null, role: Role): Viewer {
  const user = requireUser(viewer)
  if (!hasRole(user, role)) throw codedError('FORBIDDEN', `This needs the role \`${role}\`.`)
  return user
}

export const hasRole = (viewer: Viewer | null, role: Role): boolean =>
  viewer !== null && (viewer.roles.includes(role) || viewer.roles.includes('admin'))
