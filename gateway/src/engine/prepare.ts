import { operationFromDocument, type Supergraph } from '@apollo/federation-internals'
import { type FetchNode, type PlanNode, prettyFormatQueryPlan, type QueryPlan, QueryPlanner } from '@apollo/query-planner'
import { isAbstractType } from 'graphql'
import type { Operation } from '../admission.ts'
import { type CompiledOperation, type CompileOptions, compileOperation, type Graph } from './compile.ts'
import { hasConditionalNeeds } from './conditional-needs.ts'
import { stepsOf } from './fetch-steps.ts'
import { conditionVariables, fieldNamesOf, type PlannableDocument, plannableDocument, withValues } from './plannable-document.ts'
import { type ResponseTree, responseTreeOf } from './response-tree.ts'
import { createTypeTest } from './type-tests.ts'

/** Chained fragments double the planning time per level unless they are written out. */
const PLANNER = { reuseQueryFragments: false }
/** Sets of values of an operation's conditions that are kept planned, where one plan does not serve all. */
const MAX_VARIANTS = 16

/** An operation planned and compiled. */
export type Prepared = {
  readonly compiled: CompiledOperation
  readonly tree: ResponseTree
  /** What a subscription subscribes to; null for a query or mutation. */
  readonly source: FetchNode | null
  readonly defaults: ReadonlyMap<string, unknown>
  /** The client's names for those in the data that differ. */
  readonly aliases: ReadonlyMap<string, string>
  /** The plan to run instead, for the values that conditions have; null if this one serves all. */
  readonly variantFor: ((valueOf: (variable: string) => boolean) => Prepared) | null
}

/** Plans operations. Both functions throw what the planner throws. */
type Preparer = {
  readonly graph: Graph
  prepare(operation: Operation): Prepared
  /** The plan as text. */
  explain(operation: Operation): string
}

export function createPreparer(supergraph: Supergraph, options: CompileOptions): Preparer {
  const apiSchema = supergraph.apiSchema()
  const schema = apiSchema.toGraphQLJSSchema()
  const supergraphSchema = supergraph.schema.toGraphQLJSSchema()
  const planner = new QueryPlanner(supergraph, PLANNER)
  const fieldNames = fieldNamesOf(supergraphSchema)
  const graph: Graph = {
    schema,
    types: createTypeTest(supergraphSchema),
    apiTypes: createTypeTest(schema),
    possibleTypes(typeName) {
      const type = schema.getType(typeName)
      return type && isAbstractType(type) ? schema.getPossibleTypes(type).map(({ name }) => name) : [typeName]
    },
  }
  const parsed = ({ planned }: PlannableDocument, { operationName }: Operation) =>
    operationFromDocument(apiSchema, planned, operationName === undefined ? {} : { operationName })

  const prepareAs = (operation: Operation, asked: PlannableDocument, mayVary: boolean): Prepared => {
    const known = parsed(asked, operation)
    const { source, work } = partsOf(planner.buildQueryPlan(known))
    const tree = responseTreeOf(schema, asked, operation.operationName)
    const steps = stepsOf(work, operation.definition.operation === 'mutation')
    return {
      source,
      tree,
      aliases: asked.aliases,
      compiled: compileOperation(steps, tree, graph, options),
      defaults: new Map(Object.entries(known.collectDefaultedVariableValues())),
      variantFor: mayVary && hasConditionalNeeds(steps) ? variants(operation, asked) : null,
    }
  }

  const variants = (operation: Operation, asked: PlannableDocument) => {
    const variables = conditionVariables(asked.document)
    const made = new Map<string, Prepared>()
    return (valueOf: (variable: string) => boolean) => {
      const values = new Map(variables.map((variable) => [variable, valueOf(variable)]))
      const key = [...values.values()].join()
      const known = made.get(key)
      if (known) return known
      const prepared = prepareAs(operation, withValues(asked, values), false)
      if (made.size >= MAX_VARIANTS) made.clear()
      made.set(key, prepared)
      return prepared
    }
  }

  return {
    graph,
    prepare: (operation) => prepareAs(operation, plannableDocument(operation.document, fieldNames), true),
    explain: (operation) =>
      prettyFormatQueryPlan(planner.buildQueryPlan(parsed(plannableDocument(operation.document, fieldNames), operation))),
  }
}

function partsOf({ node }: QueryPlan): { readonly source: FetchNode | null; readonly work: PlanNode | undefined } {
  if (node?.kind !== 'Subscription') return { source: null, work: node }
  const { primary, rest } = node
  return { source: primary, work: { kind: 'Sequence', nodes: rest ? [primary, rest] : [primary] } }
}
