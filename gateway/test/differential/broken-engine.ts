import type { ExecutionResult } from 'graphql'
import { GraphQLError } from 'graphql'
import type { Operation } from '../../src/admission/admission.ts'
import { answerOf } from '../../src/answer.ts'
import type { Engine } from '../../src/engine/engine.ts'
import type { KindFault } from './broken-kinds.ts'
import type { StartEngine } from './memory-graph.ts'

/** Mistakes that engines make. Each is one that the suite must see. */
const SPOILERS = {
  'loses the last field of an object that has several': (result) =>
    withObjects(result, (entries) => (entries.length > 1 ? entries.slice(0, -1) : entries)),
  'gives the keys of an object in another order': (result) => withObjects(result, (entries) => entries.toReversed()),
  'gives null for an empty text': (result) =>
    withObjects(result, (entries) => entries.map(([key, value]) => [key, value === '' ? null : value])),
  'names another place of a list in an error': (result) =>
    withPaths(result, (path) => path.map((step, at) => (typeof step === 'number' && isLastNumber(path, at) ? step + 1 : step))),
  'names another field of the object in an error': (result) => withPaths(result, (path) => siblingOf(path, result.data)),
  'names the field above in an error': (result) => withPaths(result, (path) => (path.length > 1 ? path.slice(0, -1) : path)),
  'tells an error twice': ({ errors = [], ...rest }) => ({ ...rest, ...(errors[0] ? { errors: [errors[0], ...errors] } : {}) }),
  'loses the last error of several': ({ errors, ...rest }) =>
    errors ? { ...rest, errors: errors.length > 1 ? errors.slice(0, -1) : errors } : rest,
  'tells an error with another code': ({ errors, ...rest }) =>
    errors ? { ...rest, errors: errors.map((error) => changedError(error, error.path, { code: 'FORBIDDEN' })) } : rest,
  'keeps one error of several': ({ errors, ...rest }) => (errors ? { ...rest, errors: errors.slice(0, 1) } : rest),
  'loses the paths of errors': ({ errors, ...rest }) => (errors ? { ...rest, errors: errors.map(withoutPath) } : rest),
  'says nothing of errors': ({ data }) => (data === undefined ? {} : { data }),
} satisfies Record<string, (result: ExecutionResult) => ExecutionResult>

export type Mistake = keyof typeof SPOILERS
// Object.keys gives the keys of the literal above.
export const MISTAKES = Object.keys(SPOILERS) as readonly Mistake[]

type Path = readonly (string | number)[]

const changedError = (
  { message, originalError, ...error }: GraphQLError,
  path: Path | undefined,
  extensions = error.extensions,
) => new GraphQLError(message, { extensions, originalError, path: path ?? null })

const withoutPath = (error: GraphQLError) => changedError(error, undefined)

const withPaths = ({ errors, ...rest }: ExecutionResult, change: (path: Path) => Path): ExecutionResult =>
  errors ? { ...rest, errors: errors.map((error) => changedError(error, error.path && change(error.path))) } : rest

const isLastNumber = (path: Path, at: number) => path.slice(at + 1).every((step) => typeof step === 'string')

/** The path to another field that the same object has; the path itself where there is none. */
function siblingOf(path: Path, data: unknown): Path {
  const above = path.slice(0, -1)
  let object = data
  for (const step of above) {
    object = typeof object === 'object' && object !== null ? (object as Record<string | number, unknown>)[step] : undefined
  }
  const names = typeof object === 'object' && object !== null && !Array.isArray(object) ? Object.keys(object) : []
  const other = names.find((name) => name !== path.at(-1))
  return other === undefined ? path : [...above, other]
}

/** An engine with one of the mistakes, to show that the suite is worth something. */
export const startBroken =
  (start: StartEngine, mistake: Mistake): StartEngine =>
  async (options) =>
    spoiled(await start(options), () => SPOILERS[mistake])

/** An engine that goes wrong at one kind of operation. */
export const startFaulty =
  (start: StartEngine, { supergraph, operation: rewrite, result, isLater }: KindFault): StartEngine =>
  async (options) => {
    const { planner: _, ...rest } = options
    // The plans of others are of the right supergraph.
    const engine = await start(supergraph ? { ...rest, supergraphSdl: supergraph(options.supergraphSdl) } : options)
    const used = new Set<string>()
    const isRight = ({ query }: Operation) => isLater === true && used.size < used.add(query).size
    const taken = (operation: Operation) => (!rewrite || isRight(operation) ? operation : rewrite(operation, engine.schema))
    const spoiler = (operation: Operation) => (!result || isRight(operation) ? (all: ExecutionResult) => all : result)
    const { execute, planSubscription, executeEvent, executeEvents, ...others } = spoiled(engine, spoiler)
    return {
      ...others,
      execute: (operation, call) => execute(taken(operation), call),
      planSubscription: (operation) => planSubscription(taken(operation)),
      executeEvent: (plan, event, operation, call) => executeEvent(plan, event, taken(operation), call),
      executeEvents: (plan, events, operation, call) => executeEvents(plan, events, taken(operation), call),
    }
  }

/** The engine, with each of its results changed. */
function spoiled(
  { executeText: _, ...engine }: Engine,
  spoilerFor: (operation: Operation) => (result: ExecutionResult) => ExecutionResult,
): Engine {
  return {
    ...engine,
    execute: async (operation, call) => spoilerFor(operation)(await engine.execute(operation, call)),
    executeEvent: async (plan, event, operation, call) =>
      spoilerFor(operation)(await engine.executeEvent(plan, event, operation, call)),
    executeEvents: async (plan, events, operation, call) =>
      (await engine.executeEvents(plan, events, operation, call)).map(spoilerFor(operation)),
    executeEventsText: async (plan, events, operation, call) =>
      (await engine.executeEvents(plan, events, operation, call)).map((result) => answerOf(spoilerFor(operation)(result))),
  }
}

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
