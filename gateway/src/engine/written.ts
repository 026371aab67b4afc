import type { Bounds } from './bounds.ts'
import type { JsonObject } from './plain-data.ts'
import type { Writer } from './writer.ts'

type Written = {
  /** Null where a missing value takes the whole data with it. */
  readonly texts: readonly string[] | null
  /** Whether there is a null that the API does not allow, or was one that took its parent with it. */
  readonly hasFault: boolean
}

/** All that `writer` writes of `data`; yields where it may be interrupted. */
export function* written(
  writer: Writer,
  data: JsonObject,
  conditions: readonly boolean[],
  introspections: readonly string[],
  isPlain: boolean,
  bounds: Bounds,
): Generator<undefined, Written> {
  bounds.written = 0
  const first = writer.write(data, conditions, introspections, isPlain, bounds)
  let hasFault = writer.hasFault()
  if (!first || isWhole(first)) return { texts: first, hasFault }
  const texts: string[] = []
  const waiting = first.toReversed()
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (typeof next === 'string') texts.push(next)
    else {
      yield
      waiting.push(...writer.resume(next, conditions, introspections, isPlain, bounds).toReversed())
      hasFault ||= writer.hasFault()
    }
  }
  return { texts, hasFault }
}

const isWhole = (texts: ReturnType<Writer['resume']>): texts is readonly string[] =>
  texts.every((text) => typeof text === 'string')
