import type { LinkingKind, Touch } from '../../touches/domain/touch.ts'

/** What a touch of each kind weighs before it ages. (C4) */
export const KIND_WEIGHT: Readonly<Record<LinkingKind, number>> = { TICKET: 1, CLICK: 0.5, VIEW: 0.2 }

/** After this long a touch weighs half. (C4) */
export const TOUCH_HALF_LIFE_MS = 12 * 3_600_000

/** `kindWeight 2^(-age/halfLife)`, dimensionless, in (0, kindWeight]. (Formula: C4) */
export function timeDecayWeight(kindWeight: number, ageMs: number, halfLifeMs: number = TOUCH_HALF_LIFE_MS): number {
  return kindWeight * 2 ** (-ageMs / halfLifeMs)
}

/** Weight of a touch for an order created at `orderCreatedAt`, which is after the touch. */
export function touchWeight(touch: Pick<Touch, 'kind' | 'at'>, orderCreatedAt: Date): number {
  return timeDecayWeight(KIND_WEIGHT[touch.kind], orderCreatedAt.getTime() - touch.at.getTime())
}

/** Weight of the touches of one post that count, at most one of a kind: they add up. */
export function postWeight(touches: readonly Pick<Touch, 'id' | 'kind' | 'at'>[], orderCreatedAt: Date): number {
  // Sorted, so that the sum does not depend on the order of the touches, to the last bit.
  const sorted = touches.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  return sorted.reduce((sum, touch) => sum + touchWeight(touch, orderCreatedAt), 0)
}
