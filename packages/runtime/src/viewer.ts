import { codedError } from './errors.ts'
import { type Id, parseId } from './ids.ts'

export const ROLES = ['user', 'partner', 'analyst', 'admin'] as const
export type Role = (typeof ROLES)[number]

/** Who asks. An anonymous request has the viewer `null`. */
export type Viewer = { readonly userId: Id<'User'>; readonly roles: readonly Role[] }

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
