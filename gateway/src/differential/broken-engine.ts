import type { ExecutionResult } from 'graphql'
import { GraphQLError } from 'graphql'
import type { StartEngine } from './memory-graph.ts'

/** Mistakes that engines make. Each is one that the suite must see. */
const SPOILERS = {
  'loses the last field of an object that has several': (result) =>
    withObjects(result, (entries) => (entries.length > 1 ? entries.slice(0, -1) : entries)),
  'gives the keys of an object in another order': (result) => withObjects(result, (entries) => entries.toReversed()),
  'gives null for an empty text': (result) =>
    withObjects(result, (entries) => entries.map(([key, value]) => [key, value === '' ? null : value])),
  'keeps one error of several': ({ errors, ...rest }) => (errors ? { ...rest, errors: errors.slice(0, 1) } : rest),
  'loses the paths of errors': ({ errors, ...rest }) => (errors ? { ...rest, errors: errors.map(withoutPath) } : rest),
  'says nothing of errors': ({ data }) => (data === undefined ? {} : { data }),
} satisfies Record<string, (result: ExecutionResult) => ExecutionResult>

export type Mistake = keyof typeof SPOILERS
// Object.keys gives the keys of the literal above.
export const MISTAKES = Object.keys(SPOILERS) as readonly Mistake[]

const withoutPath = ({ message, extensions, originalError }: GraphQLError) =>
  new GraphQLError(message, { extensions, originalError })

/** An engine with one of the mistakes, to show that the suite is worth something. */
export const startBroken =
  (start: StartEngine, mistake: Mistake): StartEngine =>
  async (options) => {
    const { executeText: _, ...engine } = await start(options)
    const spoil: (result: ExecutionResult) => ExecutionResult = SPOILERS[mistake]
    return {
      ...engine,
      execute: async (operation, call) => spoil(await engine.execute(operation, call)),
      executeEvent: async (plan, event, operation, call) => spoil(await engine.executeEvent(plan, event, operation, call)),
      executeEvents: async (...events) => (await engine.executeEvents(...events)).map(spoil),
      executeEventsText: async (...events) => (await engine.executeEvents(...events)).map((result) => textOf(spoil(result))),
    }
  }

const textOf = ({ data, errors = [] }: ExecutionResult) => ({
  dataText: data === undefined ? undefined : JSON.stringify(data),
  errors,
})

type Entries = [string, unknown][]

function withObjects({ data, ...rest }: ExecutionResult, change: (entries: Entries) => Entries): ExecutionResult {
  // What comes in is data of a result, so an object or null comes out on top.
  return data === undefined ? rest : { ...rest, data: mapInside(data, change) as NonNullable<typeof data> | null }
}

function mapInside(value: unknown, change: (entries: Entries) => Entries): unknown {
  if (Array.isArray(value)) return value.map((item) => mapInside(item, change))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(change(Object.entries(value)).map(([key, inner]) => [key, mapInside(inner, change)]))
}
