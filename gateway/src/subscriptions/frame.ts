import type { ExecutionResult } from 'graphql'
import { type Answer, answerOf, textsOf } from '../answer.ts'

/** One result of a subscription, written once for everybody who gets it. */
export type Frame = {
  /** JSON of the result and the brace that closes the message around it, in UTF-8. */
  readonly tail: Buffer
  /** Where to go on after this event; null if it has no place in a log. */
  readonly cursor: string | null
}

/** `result` must be masked. */
export function frameOf(result: Answer, cursor: string | null = null): Frame {
  const text = `${textsOf(result).join('')}}`
  // Not from the common pool: a frame that is kept, or waits, would hold on to pieces of others.
  const tail = Buffer.allocUnsafeSlow(Buffer.byteLength(text))
  tail.write(text)
  return { tail, cursor }
}

export const frameOfErrors = (errors: NonNullable<ExecutionResult['errors']>): Frame => frameOf({ dataTexts: undefined, errors })

/** JSON of the result, in UTF-8. */
export const payloadOf = ({ tail }: Frame): Buffer => tail.subarray(0, -1)

const DATA = '{"data":'

/** Whether the result has data, if only null: not for one that was refused. */
export const hasData = ({ tail }: Frame): boolean => tail.toString('latin1', 0, DATA.length) === DATA

/** The result as a client reads it. */
export const resultOf = (frame: Frame) =>
  // A frame is the JSON of a result that we wrote.
  JSON.parse(payloadOf(frame).toString()) as ExecutionResult

/** `frame`, written anew with these `extensions` of its result. For what is small, and for one subscriber. */
export const frameWith = (frame: Frame, extensions: Answer['extensions']): Frame =>
  frameOf({ ...answerOf(resultOf(frame)), extensions }, frame.cursor)
