import type { ExecutionResult, GraphQLError } from 'graphql'

/** What is left to a caller of its minute. */
export type Budget = {
  readonly limit: number
  readonly remaining: number
  /** Seconds until all of it is there again. */
  readonly resetS: number
}

/** What a client gets, masked, with the data as the text that goes out. */
export type Answer = {
  /** JSON of `data`, `null` included, in pieces that follow one another; undefined if nothing was executed. */
  readonly dataTexts: readonly string[] | undefined
  readonly errors: readonly GraphQLError[]
  /** What the gateway says about the answer, e.g. what it cost. */
  readonly extensions?: Readonly<Record<string, unknown>> | undefined
  /** What is left to the caller. */
  readonly budget?: Budget
}

/** Why nothing was executed. */
export const refusedWith = (errors: readonly GraphQLError[]): Answer => ({ dataTexts: undefined, errors })

/** A result of an engine that writes no text. */
export const answerOf = ({ data, errors = [] }: ExecutionResult): Answer => ({
  dataTexts: data === undefined ? undefined : [JSON.stringify(data)],
  errors,
})

/** The JSON text of a response, in pieces that follow one another. */
export function textsOf({ dataTexts, errors, extensions }: Answer): readonly string[] {
  let rest = ''
  if (errors.length > 0) rest += `,"errors":${JSON.stringify(errors)}`
  if (extensions) rest += `,"extensions":${JSON.stringify(extensions)}`
  if (!dataTexts) return [`{${rest.slice(1)}}`]
  if (dataTexts.length === 1) return [`{"data":${dataTexts[0]}${rest}}`]
  // Long pieces stay what they are: put together with others, they would be copied.
  return ['{"data":', ...dataTexts, `${rest}}`]
}
