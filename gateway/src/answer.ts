import type { ExecutionResult, GraphQLError } from 'graphql'

/** What a client gets, masked, with the data as the text that goes out. */
export type Answer = {
  /** JSON of `data`, `null` included; undefined if nothing was executed. */
  readonly dataText: string | undefined
  readonly errors: readonly GraphQLError[]
  /** What the gateway says about the answer, e.g. what it cost. */
  readonly extensions?: Readonly<Record<string, unknown>>
}

/** Why nothing was executed. */
export const refusedWith = (errors: readonly GraphQLError[]): Answer => ({ dataText: undefined, errors })

/** A result of an engine that writes no text. */
export const answerOf = ({ data, errors = [] }: ExecutionResult): Answer => ({
  dataText: data === undefined ? undefined : JSON.stringify(data),
  errors,
})

/** The JSON text of a response. */
export function textOf({ dataText, errors, extensions }: Answer): string {
  if (dataText !== undefined && errors.length === 0 && !extensions) return `{"data":${dataText}}`
  const members: string[] = []
  if (dataText !== undefined) members.push(`"data":${dataText}`)
  if (errors.length > 0) members.push(`"errors":${JSON.stringify(errors)}`)
  if (extensions) members.push(`"extensions":${JSON.stringify(extensions)}`)
  return `{${members.join(',')}}`
}
