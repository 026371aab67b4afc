import { codedError, isCoded } from '@planet/runtime/errors'
import type { Logger } from '@planet/runtime/log'
import { MAX_ANSWER_BYTES } from '@planet/runtime/max-bytes'
import { inSlices } from '@planet/runtime/slices'
import { type ExecutionResult, GraphQLError } from 'graphql'
import type { Operation } from '../admission/admission.ts'
import type { Condition } from '../admission/conditions.ts'
import type { Call } from '../subgraphs/call.ts'
import type { SubgraphCalls } from '../subgraphs/subgraph-calls.ts'
import { placeOf, unexplained } from './absent-entities.ts'
import { introspect } from './answers/introspection.ts'
import { shape, UnknownType } from './answers/shape.ts'
import { PIECE_LENGTH } from './answers/writer-output.ts'
import { type Written, written } from './answers/written.ts'
import { Bounds, boundedJson, withoutData } from './bounds.ts'
import type { CompiledOperation, Graph } from './compile.ts'
import { canGenerateCode } from './compiling/code.ts'
import type { ResponseField, ResponseSelection } from './compiling/response-tree.ts'
import { expanding } from './compiling/verbatim.ts'
import type { Engine, SubscriptionPlan, TextAnswer } from './engine.ts'
import { createEventWindow } from './event-window.ts'
import { placesOfAbsent } from './fetch-errors.ts'
import { copyOf, isObject } from './plain-data.ts'
import type { Collected } from './plan-run.ts'
import { createPlanCache, type Made } from './planning/plan-cache.ts'
import { clientPath, valuesFor } from './planning/plannable-document.ts'
import { type Planner, tooMuchToPlan } from './planning/planner.ts'
import { type PlanningLimits, startThreadPlanner } from './planning/thread-planner.ts'
import { createPreparer, type Prepared } from './prepare.ts'
import { runPlan } from './run.ts'
import { type ReadSupergraph, readSupergraph } from './supergraph.ts'

const MAX_PLAN_BYTES = 48 * 1024 * 1024
/** Heap per character of generated code and of planned operations, and per plan; measured, rounded up. */
const BYTES_PER_CHARACTER = 12
const BYTES_PER_PLAN = 20_000
const REFUSAL_HOLDS_MS = 30_000

type Failed = { readonly error: GraphQLError }

export type CompiledEngineOptions = {
  readonly supergraphSdl: string
  readonly calls: SubgraphCalls
  readonly log: Logger
  /** Largest estimate of what the plans that are kept take together. */
  readonly maxPlanBytes?: number
  /** Of an answer's data; a larger one is refused, with data null, while it is made. Default `MAX_ANSWER_BYTES`. */
  readonly maxAnswerBytes?: number
  /** False makes every fetch of a plan a request of its own. Default true. */
  readonly merge?: boolean
  /**
   * The use of an operation at which code is generated for it: 1 is at once, Infinity never. Until then, and where code must
   * not be generated, it is executed step by step. Default 2.
   */
  readonly generateAt?: number
  /** Characters of an answer after which another piece of it begins. Default 32,768. */
  readonly pieceLength?: number
  /**
   * `inline` plans in this thread, without limits of time and memory: for tests that make many engines, which may also
   * bring a planner. Default `thread`.
   */
  readonly planning?: 'thread' | 'inline' | Planner
  readonly limits?: PlanningLimits
}

type CompiledPlan = SubscriptionPlan & { readonly prepared: Prepared }

/**
 * The engine that compiles: plans by Apollo's planner, kept per normalised operation, run as generated functions. Boots from
 * the supergraph's text alone and asks no subgraph anything. Rejects if the text is no supergraph.
 */
export async function createCompiledEngine(options: CompiledEngineOptions): Promise<Engine<CompiledPlan>> {
  const { calls, log, maxAnswerBytes = MAX_ANSWER_BYTES } = options
  const { planner, read } = await begin(options)
  const { graph } = read
  const { prepare, explain } = createPreparer(read, planner, {
    merge: options.merge ?? true,
    pieceLength: options.pieceLength ?? PIECE_LENGTH,
    generateAt: canGenerateCode() ? (options.generateAt ?? 2) : Number.POSITIVE_INFINITY,
  })
  let planned = 0
  let refused = 0
  let planningMs = 0
  const tryPrepare = async (operation: Operation): Promise<Made<Prepared | Failed>> => {
    const beganAt = performance.now()
    planned++
    try {
      const value = await prepare(operation)
      return { value, bytes: () => BYTES_PER_PLAN + BYTES_PER_CHARACTER * value.size() }
    } catch (cause) {
      refused++
      const error = refusalOf(cause, log)
      // What took too long may have met a busy machine.
      return { value: { error }, bytes: () => BYTES_PER_PLAN, ...(isCoded(cause) ? { holdsMs: holdMsOf(cause) } : {}) }
    } finally {
      planningMs += performance.now() - beganAt
    }
  }
  const plans = createPlanCache(tryPrepare, options.maxPlanBytes ?? MAX_PLAN_BYTES)
  const variantOf = (plan: Prepared | Failed, operation: Operation): Prepared | Promise<Prepared> => {
    if ('error' in plan) throw plan.error
    const variables = valuesFor(operation.variables, plan)
    return plan.variantFor?.((variable) => conditionValue(variable, variables, plan.defaults)) ?? plan
  }
  /** A promise only where something has to be planned. */
  const planOf = (operation: Operation): Prepared | Promise<Prepared> => {
    const plan = plans.get(operation)
    return plan instanceof Promise ? plan.then((made) => variantOf(made, operation)) : variantOf(plan, operation)
  }

  const run = async (
    find: () => Prepared | Promise<Prepared>,
    operation: Operation,
    call: Call,
    event: ExecutionResult | null,
    calls: SubgraphCalls,
  ): Promise<TextAnswer> => {
    const found = find()
    const plan = found instanceof Promise ? await inTime(found, call) : found
    const variables = valuesFor(operation.variables, plan)
    const valueOf = (variable: string) => conditionValue(variable, variables, plan.defaults)
    const isMet = ({ variable, value }: Condition) => valueOf(variable) === value
    const compiled = plan.compiled()
    const bounds = new Bounds(call, maxAnswerBytes)
    const collected = await runPlan(compiled.plan, { variables, isMet, calls, call, event, bounds })
    try {
      bounds.check()
      const answer = answerOf(plan, compiled, collected, operation, graph, valueOf, bounds)
      return answer instanceof Promise ? await answer : answer
    } catch (error) {
      if (bounds.stopped) return withoutData(bounds.stopped)
      throw error
    }
  }
  const executeText = (operation: Operation, call: Call) => run(() => planOf(operation), operation, call, null, calls)
  const eventText = async (
    { prepared }: CompiledPlan,
    event: ExecutionResult,
    operation: Operation,
    call: Call,
    calls: SubgraphCalls,
  ) => {
    // Later fetches write into the event's data, and other subscribers get the same event.
    const own = { ...event, ...(isObject(event.data) ? { data: copyOf(event.data) } : {}) } as ExecutionResult
    return run(() => prepared, operation, call, own, calls)
  }
  const eventTexts = (plan: CompiledPlan, events: readonly ExecutionResult[], operation: Operation, call: Call) => {
    const window = events.length > 1 ? createEventWindow(calls) : calls
    return Promise.all(events.map((event) => eventText(plan, event, operation, call, window)))
  }

  return {
    schema: graph.schema,
    subgraphs: read.subgraphs,
    executeText,
    execute: async (operation, call) => resultOf(await executeText(operation, call)),
    async explain(operation) {
      try {
        return await explain(operation)
      } catch (cause) {
        throw refusalOf(cause, log)
      }
    },
    async planSubscription(operation) {
      const plan = await planOf(operation)
      const { source } = plan
      if (!source) throw new Error('the plan of a subscription has another root')
      return {
        prepared: plan,
        subgraph: source.serviceName,
        clientPath: (path) => clientPath(path, plan.aliases),
        source(given) {
          const values = valuesFor(given, plan)
          const names = (source.variableUsages ?? []).filter((name) => values[name] !== undefined)
          return {
            query: source.operation,
            operationName: source.operationName,
            variables: Object.fromEntries(names.map((name) => [name, values[name]])),
          }
        },
      }
    },
    executeEvent: async (plan, event, operation, call) => resultOf(await eventText(plan, event, operation, call, calls)),
    executeEvents: async (plan, events, operation, call) => (await eventTexts(plan, events, operation, call)).map(resultOf),
    executeEventsText: eventTexts,
    stats: () => ({ ...plans.stats(), planned, refused, planningMs }),
    close: () => planner.close(),
  }
}

/** The planner's thread begins first: what is read here is read while it does. */
async function begin(options: CompiledEngineOptions): Promise<{ readonly planner: Planner; readonly read: ReadSupergraph }> {
  const starting = startPlanner(options)
  try {
    return { read: readSupergraph(options.supergraphSdl), planner: await starting }
  } catch (error) {
    await starting.then(
      (planner) => planner.close(),
      () => {},
    )
    throw error
  }
}

async function startPlanner({ supergraphSdl, planning, log, limits }: CompiledEngineOptions): Promise<Planner> {
  if (typeof planning === 'object') return planning
  if (planning !== 'inline') return startThreadPlanner(supergraphSdl, log, limits)
  // Loaded only here: the planner's packages take several hundred milliseconds and tens of megabytes.
  const { createInlinePlanner } = await import('./planning/local-planner.ts')
  return createInlinePlanner(supergraphSdl)
}

/** A plan, unless the operation's time is over before it is made. */
function inTime(plan: Promise<Prepared>, { abandonment, signal }: Call): Promise<Prepared> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(codedError('UNAVAILABLE', 'The operation was not planned in time. Try again.'))
    const source = abandonment ?? signal
    if (source.aborted) giveUp()
    source.addEventListener('abort', giveUp, { once: true })
    plan.then(resolve, reject).finally(() => source.removeEventListener('abort', giveUp))
  })
}

/** What a client gets to know of what the planner, or its limits, rejected with. */
function refusalOf(cause: unknown, log: Logger): GraphQLError {
  if (isCoded(cause)) return cause
  log.warn({ err: cause }, 'an operation could not be planned')
  return tooMuchToPlan()
}

/** A refusal for lack of time to plan is not made again at once for the same operation; one for lack of room is. */
const holdMsOf = ({ extensions }: GraphQLError) => (extensions.code === 'UNAVAILABLE' ? 0 : REFUSAL_HOLDS_MS)

/** The value that @skip and @include get. Throws if it is no boolean, which a nullable variable may be. */
function conditionValue(
  variable: string,
  variables: Readonly<Record<string, unknown>>,
  defaults: ReadonlyMap<string, unknown>,
): boolean {
  const given = Object.hasOwn(variables, variable) ? variables[variable] : undefined
  const value = given === undefined ? defaults.get(variable) : given
  if (typeof value === 'boolean') return value
  throw codedError('BAD_USER_INPUT', `The variable $${variable} decides what is included, so it must be true or false.`)
}

const isOfType = ({ originalError }: GraphQLError) => originalError instanceof UnknownType

/** A promise only where there is much to write, or what no writer was made for. */
function answerOf(
  { tree, aliases, lost }: Prepared,
  { writer }: CompiledOperation,
  { data, errors: met, incomplete, isPlain }: Collected,
  operation: Operation,
  graph: Graph,
  valueOf: (variable: string) => boolean,
  bounds: Bounds,
): TextAnswer | Promise<TextAnswer> {
  const isIncluded = ({ conditions }: Pick<ResponseSelection, 'conditions'>) =>
    conditions.every(({ variable, value }) => valueOf(variable) === value)
  const reported = lost.length === 0 ? met : [...met, ...lost.filter(isIncluded).map(lostError)]
  const errors = aliases.size === 0 ? reported : reported.map((error) => withClientPath(error, aliases))
  const introspectFields = (fields: readonly ResponseField[]) =>
    introspect(
      graph.schema,
      fields.map(({ node }) => node),
      operation,
      operation.variables,
    )
  const shaped = () => inSlices(bounds.work, shapedAnswer())
  function* shapedAnswer(): Generator<undefined, TextAnswer> {
    // Without a writer nothing is kept in slots.
    if (writer) for (const _ of expanding(data)) if (bounds.work.isDue()) yield
    const {
      data: shapedData,
      misfits,
      gaps,
    } = yield* shape(tree, data, {
      schema: graph.schema,
      types: graph.apiTypes,
      possibleTypes: graph.possibleTypes,
      isIncluded,
      introspect: introspectFields,
      work: bounds.work,
    })
    // A value is missing where a subgraph reported that it has none, or said that there is no such entity.
    const asked = errors.length > 0 ? [] : gaps
    const absent = asked.length === 0 ? [] : placesOfAbsent(incomplete, data)
    const faults = unexplained(asked, shapedData, new Set(absent.map((path) => placeOf(clientPath(path, aliases)))), isOfType)
    return { dataTexts: yield* boundedJson(shapedData, bounds), errors: [...errors, ...misfits, ...faults] }
  }
  if (!writer) return shaped()
  const introspections = writer.introspections.map((all) => {
    const included = all.filter(isIncluded)
    return included.length === 0 ? '' : JSON.stringify(introspectFields(included.map(({ field }) => field)))
  })
  const answered = (text: Written | null) =>
    text && (errors.length > 0 || !text.hasFault) ? { dataTexts: text.texts ?? ['null'], errors } : shaped()
  const text = written(writer, data, [writer.variables.map(valueOf), introspections, isPlain, bounds])
  return text instanceof Promise ? text.then(answered) : answered(text)
}

/** Nobody would miss what no fetch was to bring: it is null, and may be. */
function lostError({ dataName }: ResponseField): GraphQLError {
  const message = 'No fetch of the plan gives this field.'
  return new GraphQLError(message, { path: [dataName], originalError: new Error(message) })
}

const withClientPath = (error: GraphQLError, aliases: ReadonlyMap<string, string>) =>
  new GraphQLError(error.message, {
    path: error.path && clientPath(error.path, aliases),
    originalError: error.originalError,
    extensions: error.extensions,
  })

const resultOf = ({ dataTexts, errors }: TextAnswer): ExecutionResult => ({
  // What the writer wrote is JSON of the data.
  ...(dataTexts ? { data: JSON.parse(dataTexts.join('')) as ExecutionResult['data'] & object } : {}),
  ...(errors.length > 0 ? { errors } : {}),
})
