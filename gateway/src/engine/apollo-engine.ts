import { operationFromDocument, Supergraph } from '@apollo/federation-internals'
import { ApolloGateway, buildOperationContext, executeQueryPlan, type GraphQLDataSource } from '@apollo/gateway'
import { type FetchNode, type PlanNode, prettyFormatQueryPlan, type QueryPlan, QueryPlanner } from '@apollo/query-planner'
import { ApolloServer } from '@apollo/server'
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled'
import { codedError } from '@planet/runtime/errors'
import type { Logger } from '@planet/runtime/log'
import { MAX_ANSWER_BYTES } from '@planet/runtime/max-bytes'
import { bytesOfKey, createTextCache } from '@planet/runtime/text-cache'
import { type ExecutionResult, GraphQLError, visit } from 'graphql'
import type { Operation } from '../admission/admission.ts'
import type { Call } from '../subgraphs/call.ts'
import type { SubgraphCalls } from '../subgraphs/subgraph-calls.ts'
import { placeOf, unexplained } from './absent-entities.ts'
import { boundedText } from './bounds.ts'
import type { Engine, SubscriptionPlan } from './engine.ts'
import { createEventWindow } from './event-window.ts'
import { PLANNER_CONFIG } from './planning/local-planner.ts'

/** Of the heap, for plans of subscriptions, each some twenty times as large as the text. */
const MAX_SUBSCRIPTION_PLAN_BYTES = 16 * 1024 * 1024
const BYTES_PER_PLAN = 20_000
/** The service that answers a subscription's first fetch with the event at hand; no subgraph's name starts with `_`. */
const EVENT = '_event'

/** The server copies a context, so what comes back lies in a member. */
type EngineContext = {
  readonly call: Call
  readonly calls: SubgraphCalls
  readonly errors: GraphQLError[]
  /** Places with entities that their subgraph does not show. */
  readonly absent: Set<string>
}
type ApolloPlan = SubscriptionPlan & { readonly perEvent: QueryPlan }

/** The reference, which can also be shown a plan that it has not made. */
export type ApolloEngine = Engine<ApolloPlan> & {
  /** What `plan` gives for `operation`; of a subscription, for `event`. Errors are not masked yet. */
  executePlan(plan: QueryPlan, event: ExecutionResult, operation: Operation, call: Call): Promise<ExecutionResult>
}

/**
 * The reference engine: planning and execution by Apollo's gateway and server. Boots from the supergraph's text alone and
 * asks no subgraph anything. Rejects if the text is no supergraph.
 */
export async function createApolloEngine(options: {
  readonly supergraphSdl: string
  readonly calls: SubgraphCalls
  readonly log: Logger
  /** Of the data of an event as text. Default `MAX_ANSWER_BYTES`. */
  readonly maxAnswerBytes?: number
}): Promise<ApolloEngine> {
  const { supergraphSdl, calls, maxAnswerBytes = MAX_ANSWER_BYTES } = options
  const log = options.log.child({ part: 'engine' }, { level: 'warn' })
  const supergraph = Supergraph.build(supergraphSdl)
  const apiSchema = supergraph.apiSchema()
  const schema = apiSchema.toGraphQLJSSchema()
  const supergraphSchema = supergraph.schema.toGraphQLJSSchema()
  const planner = new QueryPlanner(supergraph, PLANNER_CONFIG)
  const server = await startServer(supergraphSdl, log)
  const subgraphs = [...supergraph.subgraphsMetadata()].map(({ name }) => name)
  const services = Object.fromEntries(subgraphs.map((name) => [name, dataSource(name)]))
  const subscriptionPlans = createTextCache<ApolloPlan>(MAX_SUBSCRIPTION_PLAN_BYTES)

  const plan = ({ document, operationName }: Operation) =>
    planner.buildQueryPlan(operationFromDocument(apiSchema, document, operationName === undefined ? {} : { operationName }))
  const executeOne = async (
    { perEvent }: Pick<ApolloPlan, 'perEvent'>,
    event: ExecutionResult,
    operation: Operation,
    call: Call,
    calls: SubgraphCalls,
  ): Promise<ExecutionResult> => {
    const operationContext = buildOperationContext({
      schema,
      operationDocument: operation.document,
      ...(operation.operationName === undefined ? {} : { operationName: operation.operationName }),
    })
    const absent = new Set<string>()
    const request = {
      request: { query: operation.query, variables: operation.variables },
      context: { call, calls, errors: [], absent } satisfies EngineContext,
      logger: log,
      metrics: {},
    }
    const { data, errors, extensions } = await executeQueryPlan(
      perEvent,
      { ...services, [EVENT]: eventSource(event) },
      // The execution of a plan reads only these members of a request context.
      request as unknown as Parameters<typeof executeQueryPlan>[2],
      operationContext,
      supergraphSchema,
      apiSchema,
    )
    return withNullFaults({ ...(data === undefined ? {} : { data }), ...(errors ? { errors } : {}) }, extensions, absent)
  }
  const executeEvents: Engine<ApolloPlan>['executeEvents'] = (plan, events, operation, call) => {
    const window = events.length > 1 ? createEventWindow(calls) : calls
    return Promise.all(events.map((event) => executeOne(plan, event, operation, call, window)))
  }

  return {
    schema,
    subgraphs,
    async execute(operation, call) {
      if (namesPrototype(operation)) return { errors: [prototypeRefused()] }
      const contextValue: EngineContext = { call, calls, errors: [], absent: new Set() }
      const { query, operationName, variables } = operation
      const { body } = await server.executeOperation(
        { query, variables, ...(operationName === undefined ? {} : { operationName }) },
        { contextValue },
      )
      if (body.kind !== 'single') throw new Error('this engine answers in one piece')
      const { data, extensions } = body.singleResult
      return withNullFaults(
        { ...(data === undefined ? {} : { data }), ...(contextValue.errors.length > 0 ? { errors: contextValue.errors } : {}) },
        extensions,
        contextValue.absent,
      )
    },
    explain: async (operation) => prettyFormatQueryPlan(plan(operation)),
    async planSubscription(operation) {
      if (namesPrototype(operation)) throw prototypeRefused()
      const key = `${operation.operationName ?? ''}\n${operation.query}`
      const known = subscriptionPlans.get(key)
      if (known) return known
      const made = splitPlan(plan(operation))
      subscriptionPlans.set(key, made, BYTES_PER_PLAN + 20 * bytesOfKey(key))
      return made
    },
    executePlan: (plan, event, operation, call) =>
      executeOne(plan.node?.kind === 'Subscription' ? splitPlan(plan) : { perEvent: plan }, event, operation, call, calls),
    executeEvent: (plan, event, operation, call) => executeOne(plan, event, operation, call, calls),
    executeEvents,
    executeEventsText: async (plan, events, operation, call) => {
      const results = await executeEvents(plan, events, operation, call)
      return Promise.all(results.map((result) => boundedText(result, call, maxAnswerBytes)))
    },
    close: () => server.stop(),
  }
}

/** Whether an object is to come under a name at which Apollo's execution writes into what all objects of the process share. */
function namesPrototype({ query, document }: Operation): boolean {
  let isThere = false
  if (query.includes('__proto__'))
    visit(document, {
      Field: ({ alias, selectionSet }) => void (isThere ||= alias?.value === '__proto__' && selectionSet !== undefined),
    })
  return isThere
}

const prototypeRefused = () => codedError('GRAPHQL_VALIDATION_FAILED', 'This engine has no object under the name `__proto__`.')

async function startServer(supergraphSdl: string, log: Logger): Promise<ApolloServer<EngineContext>> {
  // The package reports usage to its vendor unless this variable says no; it has no option for it.
  process.env.APOLLO_TELEMETRY_DISABLED = 'true'
  const gateway = new ApolloGateway({
    supergraphSdl,
    buildService: ({ name }) => dataSource(name),
    queryPlannerConfig: PLANNER_CONFIG,
    logger: log,
  })
  const server = new ApolloServer<EngineContext>({
    gateway,
    logger: log,
    nodeEnv: 'production',
    introspection: true,
    stopOnTerminationSignals: false,
    persistedQueries: false,
    // Operations are admitted by the gateway, with the same rules and limits for every engine.
    dangerouslyDisableValidation: true,
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      keepErrors,
    ],
  })
  await server.start()
  return server
}

/** The server formats errors for the wire; masking needs them as they were thrown. */
const keepErrors = {
  requestDidStart: async () => ({
    didEncounterErrors: async ({ contextValue, errors }: { contextValue: EngineContext; errors: readonly GraphQLError[] }) => {
      contextValue.errors.push(...errors)
    },
  }),
}

const dataSource = (name: string): GraphQLDataSource => ({
  async process({ request, context, ...rest }) {
    const { query = '', operationName, variables } = request
    // `startServer` and `executeEvent` pass no other context.
    const { call, calls, absent } = context as EngineContext
    const answer = await calls.fetch(name, { query, operationName, variables }, call)
    const entities: unknown = answer.data?._entities
    const path = 'pathInIncomingRequest' in rest ? rest.pathInIncomingRequest : undefined
    if (path && Array.isArray(entities) && entities.includes(null)) absent.add(placeOf(path))
    return responseOf(answer)
  },
})

/** Execution changes what it is given, and other subscribers get the same event. */
const eventSource = (event: ExecutionResult): GraphQLDataSource => ({
  process: async () => responseOf({ ...event, ...(event.data ? { data: structuredClone(event.data) } : {}) }),
})

/** An error of a whole fetch gets an empty path, to which execution adds where the fetch belongs. */
const responseOf = ({ data, errors }: ExecutionResult) =>
  ({
    ...(data === undefined ? {} : { data }),
    ...(errors ? { errors: errors.map((error) => (error.path ? error : withPath(error))) } : {}),
    // The package's type wants absent where graphql-js says undefined.
  }) as Awaited<ReturnType<GraphQLDataSource['process']>>

const withPath = (error: GraphQLError) =>
  new GraphQLError(error.message, { path: [], originalError: error.originalError, extensions: error.extensions })

function splitPlan({ node }: QueryPlan): ApolloPlan {
  if (node?.kind !== 'Subscription') throw new Error('the plan of a subscription has another root')
  const { primary, rest } = node
  return {
    subgraph: primary.serviceName,
    clientPath: (path) => path,
    source: (variables) => ({
      query: primary.operation,
      operationName: primary.operationName,
      variables: Object.fromEntries(
        (primary.variableUsages ?? []).filter((name) => variables[name] !== undefined).map((name) => [name, variables[name]]),
      ),
    }),
    perEvent: { kind: 'QueryPlan', node: planOfEvent(primary, rest) },
  }
}

function planOfEvent(primary: FetchNode, rest: PlanNode | undefined): PlanNode {
  const event: PlanNode = { ...primary, serviceName: EVENT }
  return rest ? { kind: 'Sequence', nodes: [event, rest] } : event
}

/** A null where the API promises a value is reported beside the result; a client is owed an error for it. */
function withNullFaults(
  result: ExecutionResult,
  extensions: Record<string, unknown> | undefined,
  absent: ReadonlySet<string>,
): ExecutionResult {
  const faults: unknown = extensions?.valueCompletion
  if (result.errors || !Array.isArray(faults)) return result
  const errors = faults.map((fault: unknown) => {
    const path: unknown = typeof fault === 'object' && fault !== null && 'path' in fault ? fault.path : null
    const message =
      typeof fault === 'object' && fault !== null && 'message' in fault ? String(fault.message) : 'a value is missing'
    return new GraphQLError(message, { path: isPath(path) ? path : null, originalError: new Error(message) })
  })
  const told = unexplained(errors, result.data, absent, isOfType)
  return told.length > 0 ? { ...result, errors: told } : result
}

const isOfType = ({ message }: GraphQLError) => message.endsWith('.__typename.')

const isPath = (path: unknown): path is (string | number)[] =>
  Array.isArray(path) && path.every((part) => typeof part === 'string' || typeof part === 'number')
