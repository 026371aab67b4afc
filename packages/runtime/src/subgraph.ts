import type { KeyObject } from 'node:crypto'
import { buildSubgraphSchema } from '@apollo/subgraph'
import {
  createSourceEventStream,
  type DocumentNode,
  defaultFieldResolver,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  isInputObjectType,
  type OperationDefinitionNode,
  parse,
  validate,
  valueFromAST,
} from 'graphql'
import type { PublishedLimits } from './caller-limits.ts'
import type { Clock } from './clock.ts'
import type { Abandonment, Caller } from './database/abandonment.ts'
import { codedError, isCoded, maskError } from './errors.ts'
import type { EventLog } from './event-log/log.ts'
import { LogMark, resultOfMark } from './event-log/log-mark.ts'
import type { ConsumerProgress } from './event-log/progress.ts'
import { executeOperation } from './execution/execute.ts'
import { planOperation } from './execution/plan.ts'
import type { Bounds, OperationPlan } from './execution/run.ts'
import type { Variables } from './execution/selection.ts'
import type { Logger } from './log.ts'
import { MAX_REPLY_BYTES } from './max-bytes.ts'
import { keepMutationRates, type RateKeeping, readMutationRates } from './mutation-rates.ts'
import { nestsDeeper } from './nesting.ts'
import { findRefusedNulls } from './null-variables.ts'
import { createRefusalLog } from './refusal-log.ts'
import { scalarResolvers } from './scalars.ts'
import { bytesOfKey, createTextCache } from './text-cache.ts'
import { readTypeDefs } from './type-defs.ts'
import type { Viewer } from './viewer.ts'
import { bodyOf, createViewerVerifier, requireBody, requireOwnBody, type ViewerProof } from './viewer-token.ts'

/**
 * One call of a subgraph. `viewerToken` is what the gateway's viewer signer made; without it the call is refused, and without
 * one that is bound to this request's text so is a mutation.
 */
export type SubgraphRequest = {
  readonly query: string
  readonly operationName?: string | undefined
  readonly variables?: Record<string, unknown> | undefined
  readonly viewerToken: string | undefined
  /** What `prove` gave for the token, where it was asked before. */
  readonly proof?: ViewerProof | undefined
  /** The text that this request was read from; left out: what `bodyOf` makes of it. */
  readonly body?: string | Uint8Array | undefined
  readonly requestId: string
  readonly signal: AbortSignal
  /** The same as `signal`; it costs less. */
  readonly abandonment?: Abandonment | undefined
  /** Characters of the result as JSON; a larger one is RESPONSE_TOO_LARGE, cut off while it is made. Default `MAX_REPLY_BYTES`. */
  readonly maxReplyBytes?: number | undefined
  /** Told how large the result is, in characters, about. */
  weigh?(characters: number): void
}

/** Something that runs beside the requests: a relay, a consumer, a matching engine. */
export type Worker = {
  readonly name: string
  /** Runs until `signal` aborts; survives a database that is away. */
  run(signal: AbortSignal): Promise<void>
  /** Resolves once everything committed before the call, and due by the platform's clock, is done. */
  idle(): Promise<void>
  /** Of one that follows the event log. */
  progress?(): ConsumerProgress
}

/** A running subgraph that does not listen: `serve` puts it behind a port, the gateway may call it directly. */
export type Subgraph = {
  readonly name: string
  readonly schema: GraphQLSchema
  /** Throws or rejects with UNAUTHENTICATED for a token that no gateway signed for this subgraph less than a minute ago. */
  prove(viewerToken: string | undefined): ViewerProof | Promise<ViewerProof>
  execute(request: SubgraphRequest): Promise<ExecutionResult>
  /** Results of a subscription, or the one result that says why there is none. `return()` works while pending. */
  subscribe(request: SubgraphRequest): Promise<AsyncGenerator<ExecutionResult, void, void> | ExecutionResult>
  readonly workers: readonly Worker[]
  close(): Promise<void>
}

/** What a subgraph gets from whoever starts it. */
export type SubgraphDeps = {
  readonly databaseUrl: string
  /** One per process; every consumer and subscription of the process reads through it. */
  readonly events: EventLog
  readonly clock: Clock
  /** What verifies the viewers that the gateway signs: one key, two while it is changed. */
  readonly viewerKeys: readonly KeyObject[]
  /** At least 32 bytes, the same for all replicas; signs the attribution of trading's tickets. */
  readonly attributionSecret: Uint8Array
  readonly log: Logger
  /** What the gateway allows its callers. Left out: what it allows where nothing else is said. */
  readonly limits?: PublishedLimits
  /** Left out: mutations are refused beyond what their schema declares. */
  readonly rates?: RateKeeping
}

// Resolver maps are checked where they are written, against the generated types; here they are only passed on.
type Resolvers = NonNullable<
  Extract<Parameters<typeof buildSubgraphSchema>[0], { typeDefs: unknown; resolvers?: unknown }>['resolvers']
>

const NO_VARIABLES: Variables = Object.freeze({})
/** Of the heap, for documents that were read, refused ones included. They come from the gateway's plans, so few are alive. */
const MAX_DOCUMENT_BYTES = 24 * 1024 * 1024
/** Of the heap, for a document with its plans, and for a refusal; measured, rounded up. */
const BYTES_PER_TOKEN = 600
const BYTES_PER_REFUSAL = 4_000

/** What a document may be. A plan's is larger than the client's: fragments are written out, fields of many places together. */
export const MAX_TOKENS = 200_000
const MAX_FAULTS = 5
const MAX_MESSAGE_LENGTH = 500
export const MAX_NESTING = 200

/** A valid document, with what its operations have in common from one execution to the next, by the operation's name. */
type Prepared = { readonly document: DocumentNode; readonly plans: Map<string | undefined, OperationPlan | null> }

/**
 * Joins the parts of a subgraph. `createContext` is called once per request, after the viewer is verified. Once nobody waits
 * for the answer any more, no further field of a query and no further mutation begins.
 */
export function defineSubgraph<Context extends object>(parts: {
  readonly name: string
  /** The subgraph's folder, ending in `/`: `readTypeDefs` finds its schema there. */
  readonly folder: URL
  readonly resolvers: object
  readonly viewerKeys: readonly KeyObject[]
  readonly log: Logger
  readonly createContext: (caller: Caller) => Context
  readonly workers: readonly Worker[]
  readonly close: () => Promise<void>
  /** As in `SubgraphDeps`. */
  readonly rates?: RateKeeping | undefined
}): Subgraph {
  const typeDefs = readTypeDefs(parts.folder)
  const schema = buildSubgraphSchema({
    typeDefs: parse(typeDefs),
    resolvers: { ...scalarResolvers, ...parts.resolvers } as Resolvers,
  })
  parseDefaultValues(schema)
  /** Whose each context of a mutation is: told by us, so that no subgraph's context can keep it from us. */
  const callers = new WeakMap<object, Caller>()
  keepMutationRates(schema, readMutationRates(typeDefs), {
    viewerOf: (context) => (typeof context === 'object' && context !== null ? (callers.get(context)?.viewer ?? null) : null),
    ...parts.rates,
  })
  refuseAbandoned(schema, (context) => callers.get(context)?.abandonment.aborted ?? false)
  const prove = createViewerVerifier(parts.viewerKeys, parts.name)
  const documents = createTextCache<Prepared | readonly GraphQLError[]>(MAX_DOCUMENT_BYTES)

  const documentOf = (query: string) => {
    const known = documents.get(query)
    if (known) return known
    const document = parseAndValidate(schema, query)
    const prepared = 'kind' in document ? { document, plans: new Map<string | undefined, OperationPlan | null>() } : document
    const tokens = 'kind' in document ? (document.tokenCount ?? query.length) : 0
    documents.set(query, prepared, 2 * bytesOfKey(query) + BYTES_PER_REFUSAL + BYTES_PER_TOKEN * tokens)
    return prepared
  }

  const planOf = ({ document, plans }: Prepared, operationName: string | undefined) => {
    const known = plans.get(operationName)
    if (known !== undefined) return known
    const plan = planOperation(schema, document, operationName)
    // Names that are not in the document are of no use later.
    if (plan) plans.set(operationName, plan)
    return plan
  }

  const report = (request: SubgraphRequest) => (error: unknown) =>
    parts.log.error({ err: error, subgraph: parts.name, requestId: request.requestId }, 'a resolver failed')

  const masked = (request: SubgraphRequest, result: ExecutionResult): ExecutionResult =>
    result.errors ? { ...result, errors: result.errors.map((error) => maskError(error, report(request))) } : result

  const executionOf = (
    document: DocumentNode,
    operationName: string | undefined,
    variableValues: Variables | undefined,
    contextValue: Context,
  ) => ({ schema, document, contextValue, variableValues, operationName })

  const nullsOf = (
    document: DocumentNode,
    operation: OperationDefinitionNode | null | undefined,
    variables: Variables = NO_VARIABLES,
  ) => (operation ? findRefusedNulls(schema, document, operation, variables) : [])

  const failed = (request: SubgraphRequest, error: unknown): ExecutionResult => {
    refusals.note(error)
    return { errors: [maskError(error, report(request))] }
  }
  const refusals = createRefusalLog(parts.name, parts.log)

  /** For whom the request is, once it is known that it is the gateway's. */
  const viewerOf = async (request: SubgraphRequest): Promise<ViewerProof> => {
    const proof = request.proof ?? (await prove(request.viewerToken))
    requireBody(proof, () => textOf(request))
    return proof
  }

  return {
    name: parts.name,
    schema,
    async prove(token) {
      try {
        return await prove(token)
      } catch (error) {
        refusals.note(error)
        throw error
      }
    },
    workers: parts.workers,
    close: parts.close,
    async execute(request) {
      try {
        const proof = await viewerOf(request)
        const prepared = documentOf(request.query)
        if (!('document' in prepared)) return { errors: prepared }
        const caller = callerOf(request, proof.viewer)
        const contextValue = parts.createContext(caller)
        // Read once, because a call in this process makes them anew each time.
        const { operationName, variables } = request
        const plan = planOf(prepared, operationName)
        const operation = plan?.operation ?? getOperationAST(prepared.document, operationName)
        if (operation?.operation === 'mutation') {
          requireOwnBody(proof)
          callers.set(contextValue, caller)
        }
        const nulls = nullsOf(prepared.document, operation, variables)
        if (nulls.length > 0) return { errors: nulls }
        const result = plan
          ? executeOperation(plan, contextValue, variables, boundsOf(request))
          : execute(executionOf(prepared.document, operationName, variables, contextValue))
        return masked(request, result instanceof Promise ? await result : result)
      } catch (error) {
        return failed(request, error)
      }
    },
    async subscribe(request) {
      try {
        const { viewer } = await viewerOf(request)
        const prepared = documentOf(request.query)
        if (!('document' in prepared)) return { errors: prepared }
        const { operationName, variables } = request
        const nulls = nullsOf(prepared.document, getOperationAST(prepared.document, operationName), variables)
        if (nulls.length > 0) return { errors: nulls }
        // A context of its own for each event, because what the viewer may see changes meanwhile, and loaders cache.
        const newExecution = () =>
          executionOf(prepared.document, operationName, variables, parts.createContext(callerOf(request, viewer)))
        const source = await createSourceEventStream(newExecution())
        if (!(Symbol.asyncIterator in source)) return masked(request, source)
        const plan = planOf(prepared, operationName)
        const executeEvent = async (rootValue: unknown) => {
          const { contextValue, ...execution } = newExecution()
          const result = plan
            ? executeOperation(plan, contextValue, variables, boundsOf(request), rootValue)
            : execute({ ...execution, contextValue, rootValue })
          return masked(request, await result)
        }
        return mapResults(
          // Resolvers of subscriptions return generators, which graphql-js passes on as they are.
          source as AsyncGenerator<unknown, void, void>,
          executeEvent,
          (error) => failed(request, error),
          request.signal,
        )
      } catch (error) {
        return failed(request, error)
      }
    },
  }
}

const callerOf = (request: SubgraphRequest, viewer: Viewer | null): Caller => ({
  viewer,
  abandonment: request.abandonment ?? request.signal,
})

/** Hashed only where a token says what the text has to be. */
const textOf = (request: SubgraphRequest) => request.body ?? bodyOf(request)

const boundsOf = (request: SubgraphRequest): Bounds => ({
  maxCharacters: request.maxReplyBytes ?? MAX_REPLY_BYTES,
  abandonment: request.abandonment ?? request.signal,
  onWeighed: (characters) => request.weigh?.(characters),
})

/** Of several mutations in one operation, those that have not begun. Queries are stopped where they are executed. */
function refuseAbandoned(schema: GraphQLSchema, isAbandoned: (context: object) => boolean): void {
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    const resolve = field.resolve ?? defaultFieldResolver
    field.resolve = (source, args, context, info) => {
      if (isAbandoned(context)) throw codedError('UNAVAILABLE', 'The answer is not waited for any more.')
      return resolve(source, args, context, info)
    }
  }
}

/** Default values of input fields were read before our scalars were there to parse them. */
function parseDefaultValues(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isInputObjectType(type)) continue
    for (const field of Object.values(type.getFields())) {
      const written = field.astNode?.defaultValue
      if (written) field.defaultValue = valueFromAST(written, field.type)
    }
  }
}

function parseAndValidate(schema: GraphQLSchema, query: string): DocumentNode | readonly GraphQLError[] {
  try {
    if (nestsDeeper(query, MAX_NESTING))
      return [codedError('GRAPHQL_VALIDATION_FAILED', 'Brackets stand too deep in one another.')]
    const document = parse(query, { maxTokens: MAX_TOKENS })
    const errors = validate(schema, document, undefined, { maxErrors: MAX_FAULTS })
    if (errors.length === 0) return document
    // What a scalar refuses is a wrong input, whether it stands in the text or in a variable.
    return errors.map((error) =>
      codedError(
        isCoded(error) ? error.extensions.code : 'GRAPHQL_VALIDATION_FAILED',
        error.message.slice(0, MAX_MESSAGE_LENGTH),
      ),
    )
  } catch (error) {
    return [codedError('GRAPHQL_PARSE_FAILED', error instanceof GraphQLError ? error.message : 'The document cannot be parsed.')]
  }
}

/** Written by hand, because an `async function*` cannot be returned while its source is pending. */
function mapResults(
  source: AsyncGenerator<unknown, void, void>,
  map: (event: unknown) => Promise<ExecutionResult>,
  onError: (error: unknown) => ExecutionResult,
  signal: AbortSignal,
): AsyncGenerator<ExecutionResult, void, void> {
  let isDone = false
  const done: IteratorResult<ExecutionResult, void> = { value: undefined, done: true }
  const end = async () => {
    if (!isDone) {
      isDone = true
      signal.removeEventListener('abort', onAbort)
      await source.return()
    }
    return done
  }
  const onAbort = () => void end().catch(() => {})
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort, { once: true })
  return {
    async next() {
      if (isDone) return done
      try {
        const result = await source.next()
        if (result.done) return await end()
        if (result.value instanceof LogMark) return { value: resultOfMark(result.value), done: false }
        return { value: await map(result.value), done: false }
      } catch (error) {
        if (isDone) return done
        await end().catch(() => {})
        return { value: onError(error), done: false }
      }
    },
    return: end,
    throw: end,
    async [Symbol.asyncDispose]() {
      await end()
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
