import { TYPE_WEIGHT } from './time-decay.ts'
import type { Touch } from './touch.ts'

/** The latest of `touches`; of several at one moment the strongest type, then the greatest id. Null if there is none. */
export function lastTouch<T extends Pick<Touch, 'id' | 'type' | 'at'>>(touches: readonly T[]): T | null {
  return touches.reduce<T | null>((last, touch) => (last === null || isLater(touch, last) ? touch : last), null)
}

function isLater(a: Pick<Touch, 'id' | 'type' | 'at'>, b: Pick<Touch, 'id' | 'type' | 'at'>): boolean {
  if (a.at.getTime() !== b.at.getTime()) return a.at > b.at
  if (a.type !== b.type) return TYPE_WEIGHT[a.type] > TYPE_WEIGHT[b.type]
  return a.id > b.id
}
