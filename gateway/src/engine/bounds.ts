import { codedError, tooLarge } from '@planet/runtime/errors'
import { hasNoRoomFor, overloaded } from '@planet/runtime/heap'
import { jsonInSlices } from '@planet/runtime/json-texts'
import { inSlices, STEPS_PER_PIECE, Work } from '@planet/runtime/slices'
import type { ExecutionResult, GraphQLError } from 'graphql'
import { type Call, isDropped } from '../subgraphs/call.ts'
import type { TextAnswer } from './engine.ts'

/**
 * What is fetched, and copied within the gateway, may be so many times as large as the answer: it also has what identifies
 * entities, which the client did not ask for.
 */
const COLLECTED_PER_ANSWER = 4

/** Bounds the work on one answer. Every method throws once it has to stop. */
export class Bounds {
  readonly work = new Work(() => this.check())
  /** Of the answer. */
  readonly maxBytes: number
  /** Characters of the answer that are written. */
  written = 0
  /** Why there will be no answer; null while there may be one. */
  stopped: GraphQLError | null = null
  /** Called when it stops. */
  onStop: () => void = () => {}
  readonly #call: Call
  readonly #maxTaken: number
  #taken = 0

  constructor(call: Call, maxBytes: number) {
    this.#call = call
    this.maxBytes = maxBytes
    this.#maxTaken = COLLECTED_PER_ANSWER * maxBytes
  }

  check(): void {
    if (this.stopped) throw this.stopped
    if (isDropped(this.#call)) this.stop(notInTime())
    if (hasNoRoomFor(this.#taken + this.written)) this.stop(overloaded())
  }

  /** Counts characters of JSON that are kept until the answer is there. */
  take(characters: number): void {
    this.#taken += characters
    if (this.#taken > this.#maxTaken) this.stop(tooLarge(this.maxBytes))
  }

  stop(reason: GraphQLError): never {
    this.stopped = reason
    this.onStop()
    throw reason
  }
}

/** JSON of what came from JSON, within the bounds of an answer; yields where it may be interrupted. */
export function* boundedJson(value: unknown, bounds: Bounds): Generator<undefined, readonly string[]> {
  bounds.written = 0
  return yield* jsonInSlices(value, bounds.work, (characters) => {
    bounds.written += characters
    if (bounds.written > bounds.maxBytes) bounds.stop(tooLarge(bounds.maxBytes))
  })
}

/** A result as text, or why it is none; within the bounds of an answer. */
export async function boundedText({ data, errors = [] }: ExecutionResult, call: Call, maxBytes: number): Promise<TextAnswer> {
  if (data === undefined) return { dataTexts: undefined, errors }
  const bounds = new Bounds(call, maxBytes)
  try {
    return { dataTexts: await inSlices(bounds.work, boundedJson(data, bounds)), errors }
  } catch (error) {
    if (bounds.stopped) return withoutData(bounds.stopped)
    throw error
  }
}

/** `answer`, unless its data is larger in bytes than may be, which its characters do not tell. A promise only for large ones. */
export function withinBytes(answer: TextAnswer, maxBytes: number): TextAnswer | Promise<TextAnswer> {
  const { dataTexts = [] } = answer
  const characters = dataTexts.reduce((sum, text) => sum + text.length, 0)
  if (characters * MOST_BYTES_PER_CHARACTER <= maxBytes) return answer
  const work = new Work()
  return inSlices(work, bytesCounted(answer, dataTexts, maxBytes, work))
}

function* bytesCounted(
  answer: TextAnswer,
  texts: readonly string[],
  maxBytes: number,
  work: Work,
): Generator<undefined, TextAnswer> {
  let bytes = 0
  for (const text of texts) {
    if (work.isDue(STEPS_PER_PIECE)) yield
    bytes += Buffer.byteLength(text)
  }
  return bytes > maxBytes ? withoutData(tooLarge(maxBytes)) : answer
}

const MOST_BYTES_PER_CHARACTER = 3
/** The answer of an operation that was executed for nothing. */
export const withoutData = (reason: GraphQLError): TextAnswer => ({ dataTexts: ['null'], errors: [reason] })

/** For an operation whose time is over before it is answered. */
export const notInTime = () => codedError('UNAVAILABLE', 'The operation was not answered in time. Ask for less, or try again.')
