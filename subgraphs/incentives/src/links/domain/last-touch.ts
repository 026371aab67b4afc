import type { Touch } from '../../touches/domain/touch.ts'
import { KIND_WEIGHT } from './time-decay.ts'

/** The latest of `touches`; of several at one moment the strongest kind, then the greatest id. Null if there is none. */
export function lastTouch<T extends Pick<Touch, 'id' | 'kind' | 'at'>>(touches: readonly T[]): T | null {
  return touches.reduce<T | null>((last, touch) => (last === null || isLater(touch, last) ? touch : last), null)
}

/** The last touch of each kind among `touches`, in no order. (C4) */
export function latestOfKinds<T extends Pick<Touch, 'id' | 'kind' | 'at'>>(touches: readonly T[]): T[] {
  const kinds = Map.groupBy(touches, ({ kind }) => kind)
  return [...kinds.values()].flatMap((each) => lastTouch(each) ?? [])
}

function isLater(a: Pick<Touch, 'id' | 'kind' | 'at'>, b: Pick<Touch, 'id' | 'kind' | 'at'>): boolean {
  if (a.at.getTime() !== b.at.getTime()) return a.at > b.at
  if (a.kind !== b.kind) return KIND_WEIGHT[a.kind] > KIND_WEIGHT[b.kind]
  return a.id > b.id
}
