import { silentLog } from '@planet/runtime/log'
import {
  buildSchema,
  type DocumentNode,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  parse,
} from 'graphql'
import { composeSupergraph, type SubgraphText } from '../../../scripts/compose-supergraph.ts'
import type { Operation } from '../../src/admission/admission.ts'
import type { Engine } from '../../src/engine/engine.ts'
import type { Planner } from '../../src/engine/planning/planner.ts'
import type { Call } from '../../src/subgraphs/call.ts'
import type { SubgraphCalls } from '../../src/subgraphs/subgraph-calls.ts'
import type { SubgraphOperation } from '../../src/subgraphs/subgraph-operation.ts'
import { createMemorySubgraph, type Faults, type Run } from './memory-subgraph.ts'
import { type Asked, isRow, type Rows, readField, type State } from './world.ts'
import { type WrongForm, withFault } from './wrong-forms.ts'

export type StartOptions = {
  readonly supergraphSdl: string
  readonly calls: SubgraphCalls
  readonly log: typeof silentLog
  /** To plan with, so that others may see the plans. */
  readonly planner?: Planner
}

/** Starts one of the engines that are held against each other. */
export type StartEngine = (options: StartOptions) => Promise<Engine>

/** What goes wrong outside the resolvers: a subgraph's whole answer is replaced, e.g. by that of a dead subgraph. */
export type Trouble = Faults & {
  readonly answer?: (subgraph: string, operation: SubgraphOperation, result: ExecutionResult) => ExecutionResult
}

/** Subgraphs in memory, their supergraph, and everything needed to ask it. */
export type MemoryGraph = {
  readonly supergraphSdl: string
  /** The public API, of which the oracle is made. */
  readonly api: GraphQLSchema
  readonly rows: Rows
  readonly calls: SubgraphCalls
  /** Starts an execution of its own, with its own state. */
  begin(trouble: Trouble): Call
  end(call: Call): void
}

/** Throws if the subgraphs do not compose. */
export function createMemoryGraph(texts: readonly SubgraphText[], rows: Rows, compose = composeSupergraph): MemoryGraph {
  const { supergraph, api } = compose(texts)
  const schema = buildSchema(api)
  const subgraphs = new Map(texts.map((text) => [text.name, createMemorySubgraph(text, schema, takenFrom(text.name, texts))]))
  const runs = new Map<string, Run & { readonly trouble: Trouble }>()
  let started = 0
  return {
    supergraphSdl: supergraph,
    api: schema,
    rows,
    begin(trouble) {
      started += 1
      const requestId = `run ${started}`
      runs.set(requestId, { rows, state: { total: 0 }, faults: trouble, trouble })
      return { viewer: null, requestId, signal: new AbortController().signal }
    },
    end: (call) => void runs.delete(call.requestId),
    calls: {
      async fetch(name, operation, call) {
        const run = runs.get(call.requestId)
        const subgraph = subgraphs.get(name)
        if (!run || !subgraph) throw new Error(`nothing runs at ${name} for ${call.requestId}`)
        // As from the wire: plain objects that belong to the caller.
        const { query, operationName, variables } = operation
        const sent: SubgraphOperation = structuredClone({ query, operationName, variables })
        const result = await subgraph.run(sent, run)
        const answer = run.trouble.answer?.(name, operation, result) ?? result
        return asReceived(answer, operation.parse)
      },
      subscribe: () => Promise.reject(new Error('streams are not part of this suite')),
    },
  }
}

/** What an answer is after the wire: plain data, and errors made anew. */
function asReceived({ data, errors }: ExecutionResult, parse: SubgraphOperation['parse']): ExecutionResult {
  const text = JSON.stringify({ data })
  const parsed = parse && !errors && !text.includes('\\') ? parse(Buffer.from(text), text) : undefined
  return {
    ...(data === undefined ? {} : { data: parsed ?? structuredClone(JSON.parse(JSON.stringify(data))) }),
    ...(errors
      ? { errors: errors.map(({ message, path, extensions }) => new GraphQLError(message, { path: path ?? null, extensions })) }
      : {}),
  }
}

/** `Type.field` of fields that another subgraph says it overrides. */
function takenFrom(name: string, texts: readonly SubgraphText[]): ReadonlySet<string> {
  const taken = new Set<string>()
  for (const text of texts) {
    for (const node of parse(text.typeDefs).definitions) {
      if (node.kind !== Kind.OBJECT_TYPE_DEFINITION) continue
      for (const field of node.fields ?? []) {
        const from = field.directives?.find((directive) => directive.name.value === 'override')?.arguments?.[0]?.value
        if (from?.kind === Kind.STRING && from.value === name) taken.add(`${node.name.value}.${field.name.value}`)
      }
    }
  }
  return taken
}

/**
 * The oracle: the same rows behind one schema, by graphql-js. For a subscription, what its first event gives. What would
 * come in a wrong form is an error.
 */
export async function executeMonolith(
  schema: GraphQLSchema,
  rows: Rows,
  operation: Operation,
  wrong?: WrongForm,
): Promise<ExecutionResult> {
  const state: State = { total: 0 }
  return await execute({
    schema,
    document: operation.document as DocumentNode,
    operationName: operation.operationName ?? null,
    variableValues: operation.variables,
    fieldResolver: (source: unknown, args: Record<string, unknown>, _, info) => {
      const row = isRow(source) ? source : rows[info.parentType.name]
      if (!row) throw new Error(`there is no row ${info.parentType.name}`)
      const asked: Asked = { args, state, rows }
      const value = readField(row, info.fieldName, asked)
      if (wrong?.type !== info.parentType.name || wrong.field !== info.fieldName) return value
      return withFault(wrong, value, new GraphQLError('The form is wrong.'))
    },
    typeResolver: (value) => (isRow(value) ? value.__typename : undefined),
  })
}
