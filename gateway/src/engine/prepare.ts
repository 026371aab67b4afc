import type { FetchNode, PlanNode, QueryPlan } from '@apollo/query-planner'
import { Kind, type OperationDefinitionNode, valueFromASTUntyped } from 'graphql'
import type { Operation } from '../admission/admission.ts'
import type { Condition } from '../admission/conditions.ts'
import { textOfDocument } from '../admission/document-text.ts'
import { type CompiledOperation, type CompileOptions, compileOperation, type Graph } from './compile.ts'
import { isForOneSetOfValues } from './compiling/conditional-needs.ts'
import { type FetchStep, stepsOf } from './compiling/fetch-steps.ts'
import { type ResponseField, type ResponseSelection, type ResponseTree, responseTreeOf } from './compiling/response-tree.ts'
import {
  conditionVariables,
  type PlannableDocument,
  plannableDocument,
  valuesFor,
  withValues,
} from './planning/plannable-document.ts'
import { type Planner, tooMuchToPlan } from './planning/planner.ts'
import { withTypeNames } from './planning/type-names.ts'
import type { ReadSupergraph } from './supergraph.ts'

/** Sets of values of an operation's conditions that are kept planned, where one plan does not serve all. */
const MAX_VARIANTS = 16

/** What a field of the tree, and a variant besides its texts, take of the heap in comparison with a character. */
const CHARACTERS_PER_FIELD = 40
const CHARACTERS_PER_VARIANT = 1_500

/** Fetches of one plan: putting them in order takes time that grows with their square. */
const MAX_FETCHES = 250
/** Fields, and each fetch as some of them, up to which code is generated: it is done at once, and keeps others waiting. */
const MAX_GENERATED_FIELDS = 700
const FIELDS_PER_FETCH = 4

/** An operation planned and compiled. */
export type Prepared = {
  /** Counts as a use. */
  compiled(): CompiledOperation
  /** Characters of requests and of generated code, and what else is kept counted as such. Grows when more of it is made. */
  size(): number
  readonly tree: ResponseTree
  /** What a subscription subscribes to; null for a query or mutation. */
  readonly source: FetchNode | null
  /** Fields of the root that no fetch gives. */
  readonly lost: readonly ResponseField[]
  readonly defaults: ReadonlyMap<string, unknown>
  /** The client's names for those in the data that differ. */
  readonly aliases: ReadonlyMap<string, string>
  /** The client's names for variables of the plan that differ. */
  readonly variables: ReadonlyMap<string, string>
  /** The plan to run instead, for the values that conditions have; null if this one serves all. */
  readonly variantFor: ((valueOf: (variable: string) => boolean) => Promise<Prepared>) | null
}

export type PrepareOptions = Omit<CompileOptions, 'generate'> & {
  /** The use of an operation at which code is generated for it; before, it is executed step by step. */
  readonly generateAt: number
}

/** Plans operations and makes them ready. Both functions reject with what the planner rejects with. */
type Preparer = {
  prepare(operation: Operation): Promise<Prepared>
  /** The plan as text. */
  explain(operation: Operation): Promise<string>
}

export function createPreparer(
  { graph, ambiguous, narrowed }: ReadSupergraph,
  planner: Planner,
  options: PrepareOptions,
): Preparer {
  const requestOf = ({ planned }: PlannableDocument, { operationName }: Operation) => ({
    document: textOfDocument(withTypeNames(planned, narrowed)),
    operationName,
  })

  const prepareAs = async (operation: Operation, asked: PlannableDocument, mayVary: boolean): Promise<Prepared> => {
    const { source, work } = partsOf(asksSubgraphs(operation) ? await planner.plan(requestOf(asked, operation)) : {})
    const tree = responseTreeOf(graph.schema, asked, operation.operationName)
    const steps = stepsOf(work, operation.definition.operation === 'mutation')
    if (steps.length > MAX_FETCHES) throw tooMuchToPlan()
    const compiled = compiledWhenUsed(steps, tree, graph, options)
    const varied = mayVary && (asked.isUncertain || isForOneSetOfValues(steps, asked.planned)) ? variants(operation, asked) : null
    // The tree stands on the client's document.
    const ownSize = operation.query.length + CHARACTERS_PER_FIELD * fieldsIn(tree.selections)
    return {
      source,
      tree,
      lost: lostFields(tree.selections, steps, []),
      aliases: asked.aliases,
      variables: asked.variables,
      compiled: compiled.compiled,
      size: () => ownSize + compiled.size() + (varied?.size() ?? 0),
      defaults: new Map(Object.entries(valuesFor(defaultsOf(operation.definition), asked))),
      variantFor: varied?.variantFor ?? null,
    }
  }

  const variants = (operation: Operation, asked: PlannableDocument) => {
    const variables = conditionVariables(asked.document)
    const made = new Map<string, Promise<Prepared>>()
    let size = 0
    const variantFor = (valueOf: (variable: string) => boolean) => {
      const values = new Map(variables.map((variable) => [variable, valueOf(variable)]))
      const key = [...values.values()].join()
      const known = made.get(key)
      if (known) return known
      const prepared = prepareAs(operation, withValues(asked, values, graph.schema), false)
      if (made.size >= MAX_VARIANTS) {
        made.clear()
        size = 0
      }
      made.set(key, prepared)
      prepared.then(
        (variant) => {
          if (made.get(key) === prepared) size += CHARACTERS_PER_VARIANT + variant.size()
        },
        () => made.delete(key),
      )
      return prepared
    }
    return { variantFor, size: () => size }
  }

  return {
    prepare: (operation) => prepareAs(operation, plannableDocument(operation, ambiguous, graph.schema), true),
    explain: (operation) => planner.explain(requestOf(plannableDocument(operation, ambiguous, graph.schema), operation)),
  }
}

/** False for an operation that asks for nothing but types and the schema: it has the empty plan. */
const asksSubgraphs = ({ definition }: Operation) =>
  !definition.selectionSet.selections.every((each) => each.kind === Kind.FIELD && each.name.value.startsWith('__'))

/** With the conditions of the fragments around them. */
function lostFields(
  selections: readonly ResponseSelection[],
  steps: readonly FetchStep[],
  above: readonly Condition[],
): readonly ResponseField[] {
  return selections.flatMap((selection): readonly ResponseField[] => {
    const conditions = [...above, ...selection.conditions]
    if (selection.kind === 'fragment') return lostFields(selection.selections, steps, conditions)
    const isGiven = selection.meta !== null || steps.some(({ writes }) => writes.has(selection.dataName))
    return isGiven ? [] : [{ ...selection, conditions }]
  })
}

/** Most operations that are new are never asked again, and generating code takes longer than one run without. */
function compiledWhenUsed(
  steps: readonly FetchStep[],
  tree: ResponseTree,
  graph: Graph,
  { generateAt: asked, ...options }: PrepareOptions,
): Pick<Prepared, 'compiled' | 'size'> {
  const isLarge = fieldsIn(tree.selections) + FIELDS_PER_FETCH * steps.length > MAX_GENERATED_FIELDS
  const generateAt = isLarge ? Number.POSITIVE_INFINITY : asked
  let uses = 0
  let compiled = compileOperation(steps, tree, graph, { ...options, generate: generateAt <= 1 })
  return {
    compiled() {
      uses++
      if (uses === generateAt && uses > 1) compiled = compileOperation(steps, tree, graph, { ...options, generate: true })
      return compiled
    },
    size: () => compiled.size,
  }
}

const fieldsIn = (selections: readonly ResponseSelection[]): number =>
  selections.reduce((sum, selection) => sum + (selection.kind === 'field' ? 1 : 0) + fieldsIn(selection.selections), 0)

const defaultsOf = ({ variableDefinitions = [] }: OperationDefinitionNode): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    variableDefinitions.flatMap(({ variable, defaultValue }) =>
      defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)] as const] : [],
    ),
  )

function partsOf({ node }: Pick<QueryPlan, 'node'>): { readonly source: FetchNode | null; readonly work: PlanNode | undefined } {
  if (node?.kind !== 'Subscription') return { source: null, work: node }
  const { primary, rest } = node
  return { source: primary, work: { kind: 'Sequence', nodes: rest ? [primary, rest] : [primary] } }
}
