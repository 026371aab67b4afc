import type { AdmissionPolicy, MembershipState } from '../generated/enums.ts'

/** Where a user stands with a circle; null for one who never asked. */
export type Standing = MembershipState | null

/** The user comes to stand at `to`, which changes the circle's number of members by `memberCountBy`. */
export type MembershipChange = { readonly kind: 'Changed'; readonly to: MembershipState; readonly memberCountBy: -1 | 0 | 1 }

/** The user stands there already: nothing is stored and nobody is told. */
export type Unchanged = { readonly kind: 'Unchanged' }

/** What becomes of a user who asks to join: a member at once where the circle is open, else a request. */
export function decideJoin(policy: AdmissionPolicy, standing: Standing): MembershipChange | Unchanged {
  if (standing === 'MEMBER') return { kind: 'Unchanged' }
  return change(standing, policy === 'OPEN' ? 'MEMBER' : 'REQUESTED')
}

/** What becomes of a user's request when somebody approves it, who must be the host. Approving a member changes nothing. */
export function decideApproval(
  isHost: boolean,
  standing: Standing,
): MembershipChange | Unchanged | { readonly kind: 'NotTheHost' } | { readonly kind: 'NoRequest' } {
  if (!isHost) return { kind: 'NotTheHost' }
  if (standing === null || standing === 'LEFT') return { kind: 'NoRequest' }
  return change(standing, 'MEMBER')
}

/** What becomes of a user who leaves or withdraws a request. A circle is never without its host. */
export function decideLeaving(
  isHost: boolean,
  standing: Standing,
): MembershipChange | Unchanged | { readonly kind: 'HostCannotLeave' } {
  if (isHost) return { kind: 'HostCannotLeave' }
  if (standing === null) return { kind: 'Unchanged' }
  return change(standing, 'LEFT')
}

function change(from: Standing, to: MembershipState): MembershipChange | Unchanged {
  if (from === to) return { kind: 'Unchanged' }
  return { kind: 'Changed', to, memberCountBy: to === 'MEMBER' ? 1 : from === 'MEMBER' ? -1 : 0 }
}
