import { inSlices } from '@planet/runtime/slices'
import type { JsonObject } from '../plain-data.ts'
import { UNFORESEEN, type Writer, type WriterInput } from './writer.ts'

export type Written = {
  /** Null where a missing value takes the whole data with it. */
  readonly texts: readonly string[] | null
  /** Whether there is a null that the API does not allow, or was one that took its parent with it. */
  readonly hasFault: boolean
}

/** All that `writer` writes of `data`; null if it was not made for that. A promise only where that is much. */
export function written(writer: Writer, data: JsonObject, input: WriterInput): Written | null | Promise<Written | null> {
  const [, , , bounds] = input
  bounds.written = 0
  try {
    const first = writer.write(data, ...input)
    const hasFault = writer.hasFault()
    if (!first || isWhole(first)) return { texts: first, hasFault }
    const rest = inSlices(bounds.work, writtenRest(writer, first, hasFault, input))
    return rest instanceof Promise ? rest.catch(nullIfUnforeseen) : rest
  } catch (reason) {
    return nullIfUnforeseen(reason)
  }
}

function nullIfUnforeseen(reason: unknown): null {
  if (reason === UNFORESEEN) return null
  throw reason
}

type Texts = ReturnType<Writer['resume']>

function* writtenRest(writer: Writer, first: Texts, faulty: boolean, input: WriterInput): Generator<undefined, Written> {
  let hasFault = faulty
  const texts: string[] = []
  const waiting = first.toReversed()
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (typeof next === 'string') texts.push(next)
    else {
      yield
      waiting.push(...writer.resume(next, ...input).toReversed())
      hasFault ||= writer.hasFault()
    }
  }
  return { texts, hasFault }
}

const isWhole = (texts: Texts): texts is readonly string[] => texts.every((text) => typeof text === 'string')
