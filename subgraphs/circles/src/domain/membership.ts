import type { AdmissionPolicy, MembershipState } from '../generated/enums.ts'

/** Where a user stands with a circle; null for one who never asked. */
export type Standing = MembershipState | null

/** Why a user comes to stand elsewhere with a circle, and who brings it about. */
export type Cause =
  /** The user opens the circle. */
  | { readonly reason: 'OPENED'; readonly source: 'HOST' }
  /** The user asks where the host approves. */
  | { readonly reason: 'REQUESTED'; readonly source: 'USER' }
  /** The user joins where whoever joins is a member. */
  | { readonly reason: 'JOINED'; readonly source: 'USER' }
  /** The host approves the user's request. */
  | { readonly reason: 'APPROVED'; readonly source: 'HOST' }
  /** The user takes a request back. */
  | { readonly reason: 'WITHDRAWN'; readonly source: 'USER' }
  /** The user was a member and leaves. */
  | { readonly reason: 'LEFT'; readonly source: 'USER' }

/** The user comes to stand at `to`, which changes the circle's number of members by `memberCountBy`. */
export type MembershipChange = {
  readonly kind: 'Changed'
  readonly to: MembershipState
  readonly memberCountBy: -1 | 0 | 1
  readonly cause: Cause
}

/** The user stands there already: nothing is stored and nobody is told. */
export type Unchanged = { readonly kind: 'Unchanged' }

/** What becomes of a user who asks to join: a member at once where the circle is open, else a request. */
export function decideJoin(policy: AdmissionPolicy, standing: Standing): MembershipChange | Unchanged {
  if (standing === 'MEMBER') return { kind: 'Unchanged' }
  return policy === 'OPEN'
    ? change(standing, 'MEMBER', { reason: 'JOINED', source: 'USER' })
    : change(standing, 'REQUESTED', { reason: 'REQUESTED', source: 'USER' })
}

/** What becomes of a user's request when somebody approves it, who must be the host. Approving a member changes nothing. */
export function decideApproval(
  isHost: boolean,
  standing: Standing,
): MembershipChange | Unchanged | { readonly kind: 'NotTheHost' } | { readonly kind: 'NoRequest' } {
  if (!isHost) return { kind: 'NotTheHost' }
  if (standing === null || standing === 'LEFT') return { kind: 'NoRequest' }
  return change(standing, 'MEMBER', { reason: 'APPROVED', source: 'HOST' })
}

/** What becomes of a user who leaves or withdraws a request. A circle is never without its host. */
export function decideLeaving(
  isHost: boolean,
  standing: Standing,
): MembershipChange | Unchanged | { readonly kind: 'HostCannotLeave' } {
  if (isHost) return { kind: 'HostCannotLeave' }
  if (standing === null) return { kind: 'Unchanged' }
  return change(standing, 'LEFT', { reason: standing === 'MEMBER' ? 'LEFT' : 'WITHDRAWN', source: 'USER' })
}

/** What becomes of the user of a new circle. */
export const OPENING: MembershipChange = {
  kind: 'Changed',
  to: 'MEMBER',
  memberCountBy: 1,
  cause: { reason: 'OPENED', source: 'HOST' },
}

function change(from: Standing, to: MembershipState, cause: Cause): MembershipChange | Unchanged {
  if (from === to) return { kind: 'Unchanged' }
  return { kind: 'Changed', to, memberCountBy: to === 'MEMBER' ? 1 : from === 'MEMBER' ? -1 : 0, cause }
}
