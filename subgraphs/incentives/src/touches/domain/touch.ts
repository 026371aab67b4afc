import type { Id } from '@planet/runtime/ids'
import type { InputFault } from '@planet/runtime/refusals'

/** How a user met a post so that a trade can be linked: saw it, opened it, or opened an order ticket from it. */
export type LinkingKind = 'TICKET' | 'CLICK' | 'VIEW'

/** A glance is too short a view to count for anything. */
export type TouchKind = LinkingKind | 'GLANCE'

/** One meeting of a user with a post that can link a trade. */
export type Touch = {
  readonly id: Id<'Touch'>
  readonly userId: Id<'User'>
  readonly postId: Id<'Post'>
  /** Who published the post. */
  readonly creatorId: Id<'User'>
  readonly kind: LinkingKind
  /** When it was recorded; a view is recorded after it was visible for `visibleMs`. */
  readonly at: Date
  /** How long a view was visible; null for the other kinds. */
  readonly visibleMs: number | null
}

/** What a text is about: what its cashtags and its post's signal name, base assets in upper case. */
export type Named = { readonly instrumentIds: readonly Id<'Instrument'>[]; readonly baseAssets: readonly string[] }

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/** How long after a touch an order can still be linked to it. (C4) */
export const TOUCH_WINDOW_MS: Readonly<Record<LinkingKind, number>> = {
  TICKET: 60 * MINUTE_MS,
  CLICK: 72 * HOUR_MS,
  VIEW: 24 * HOUR_MS,
}

const MIN_VISIBLE_MS = 5_000
const MAX_VISIBLE_MS = HOUR_MS

/** What can link at all: every ticket and click, and a view of at least 5 seconds. (C4) */
export function isEffective(touch: { readonly kind: TouchKind; readonly visibleMs: number | null }): boolean {
  return touch.kind !== 'GLANCE' && (touch.kind !== 'VIEW' || (touch.visibleMs ?? 0) >= MIN_VISIBLE_MS)
}

/** What a reported touch is kept as: a view of less than 5 seconds as a glance. */
export function keptKind(touch: { readonly kind: TouchKind; readonly visibleMs: number | null }): TouchKind {
  return isEffective(touch) ? touch.kind : 'GLANCE'
}

/** Last moment at which an order can be linked to the touch. */
export function expiresAt(touch: Pick<Touch, 'kind' | 'at'>): Date {
  return new Date(touch.at.getTime() + TOUCH_WINDOW_MS[touch.kind])
}

/** Until when the touch links; null for a glance and for a touch of anything but a post, which link nothing. */
export function linksUntil(touch: {
  readonly postId: Id<'Post'> | null
  readonly kind: TouchKind
  readonly at: Date
}): Date | null {
  const { postId, kind, at } = touch
  return postId === null || kind === 'GLANCE' ? null : expiresAt({ kind, at })
}

/** The effective touches strictly before `orderCreatedAt` whose window is still open then, its last moment included. (C4) */
export function touchesInWindow<T extends Pick<Touch, 'kind' | 'at' | 'visibleMs'>>(
  touches: readonly T[],
  orderCreatedAt: Date,
): T[] {
  return touches.filter((touch) => isEffective(touch) && touch.at < orderCreatedAt && orderCreatedAt <= expiresAt(touch))
}

/** Every fault of what a client reports; empty if it may be recorded. Tickets are no client's to report, glances are views. */
export function findTouchFaults(draft: { readonly kind: TouchKind; readonly visibleMs: number | null }): InputFault[] {
  const { kind, visibleMs } = draft
  const faults: InputFault[] = []
  if (kind === 'TICKET') faults.push({ field: 'kind', message: 'Tickets are recorded by trading; give VIEW or CLICK.' })
  if (kind === 'GLANCE') faults.push({ field: 'kind', message: 'Give VIEW with how long it was visible.' })
  if (visibleMs !== null && (visibleMs < 0 || visibleMs > MAX_VISIBLE_MS)) {
    faults.push({ field: 'visibleMs', message: `Must be 0 to ${MAX_VISIBLE_MS}.` })
  } else if (kind === 'VIEW' && visibleMs === null) {
    faults.push({ field: 'visibleMs', message: 'Must be given for a VIEW.' })
  } else if ((kind === 'CLICK' || kind === 'TICKET') && visibleMs !== null) {
    faults.push({ field: 'visibleMs', message: `Must be null for a ${kind}.` })
  }
  return faults
}
