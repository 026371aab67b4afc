import type { QueryPlan } from '@apollo/query-planner'
import { type ExecutionResult, GraphQLError, Kind, parse, print } from 'graphql'
import type { Operation } from '../../src/admission/admission.ts'
import { unexplained } from '../../src/engine/absent-entities.ts'
import { isForOneSetOfValues } from '../../src/engine/compiling/conditional-needs.ts'
import { stepsOf } from '../../src/engine/compiling/fetch-steps.ts'
import { createTypeTest } from '../../src/engine/compiling/type-tests.ts'
import {
  ambiguousNamesOf,
  clientPath,
  conditionVariables,
  operationOf,
  type PlannableDocument,
  plannableDocument,
  valuesFor,
  withValues,
} from '../../src/engine/planning/plannable-document.ts'
import type { Planner } from '../../src/engine/planning/planner.ts'
import { type Answer, answerOf } from './answers.ts'
import type { MemoryGraph, Trouble } from './memory-graph.ts'
import { executePlainly, type Order } from './plain-execution.ts'
import { createPlainShape } from './plain-shape.ts'

/** A plan of the engine's, and what it must give. */
export type Judged = {
  readonly plan: QueryPlan
  /** The operation as it is planned, under the names that it has there. */
  readonly planned: Operation
  /** Puts a client's names for those. */
  readonly rename: (result: ExecutionResult) => ExecutionResult
  /** What it gives while `trouble` lasts, if what it leaves open goes in this order. */
  give(trouble: Trouble, order: Order): Promise<Given>
}

export type Given = {
  readonly right: Answer
  /** The same with the places of errors as the reference counts them. */
  readonly inReference: Answer
  /**
   * True if no subgraph reported anything and nulls stand where they may not: `right` tells all of them, and an engine at
   * least one.
   */
  readonly isNullFault: boolean
  /** Those of the errors of `right` that are about a type that nobody knows. */
  readonly unknownTypes: readonly string[]
  /** What the subgraphs gave, with the type of every object. */
  readonly data: Record<string, unknown>
}

/** Null for an operation that cannot be planned. */
export type PlanJudge = (operation: Operation) => Promise<Judged | null>

/** Judges engines that plan with `planner`. */
export function createPlanJudge(graph: MemoryGraph, planner: Planner): PlanJudge {
  const supergraph = parse(graph.supergraphSdl, { noLocation: true })
  const types = createTypeTest(supergraph)
  const names = ambiguousNamesOf(supergraph)
  const shape = createPlainShape(graph.api)

  const planOf = async (operation: Operation, asked: PlannableDocument): Promise<QueryPlan> => {
    const { definition, operationName } = operation
    if (definition.selectionSet.selections.every((each) => each.kind === Kind.FIELD && each.name.value.startsWith('__')))
      return { kind: 'QueryPlan' }
    const plan = (each: PlannableDocument) => planner.plan({ document: print(each.planned), operationName })
    const made = await plan(asked)
    const steps = stepsOf(workOf(made), definition.operation === 'mutation')
    if (!asked.isUncertain && !isForOneSetOfValues(steps, asked.planned)) return made
    return plan(
      withValues(asked, new Map(conditionVariables(asked.document).map((name) => [name, isTrue(operation, name)])), graph.api),
    )
  }

  return async (given) => {
    const asked = plannableDocument(given, names, graph.api)
    const operation = {
      ...given,
      variables: valuesFor(given.variables, asked),
      coercedVariables: valuesFor(given.coercedVariables, asked),
    }
    const plan = await planOf(operation, asked).catch(() => null)
    if (!plan) return null
    const planned = plannedAs(operation, asked)
    const rename = ({ data, errors }: ExecutionResult): ExecutionResult => ({
      // What is renamed stays an object.
      ...(data === undefined ? {} : { data: renamed(data, asked.aliases) as typeof data }),
      ...(errors ? { errors: errors.map((error) => withPath(error, asked.aliases)) } : {}),
    })
    const give = async (trouble: Trouble, order: Order): Promise<Given> => {
      const call = graph.begin(trouble)
      const { data, errors, absent } = await executePlainly(plan, {
        types,
        order,
        variables: operation.variables,
        isTrue: (variable) => isTrue(operation, variable),
        ask: (subgraph, request) => graph.calls.fetch(subgraph, request, call),
      })
      graph.end(call)
      const { unknownTypes, errors: gaps = [], ...rest } = shape(planned, data)
      const isOfType = ({ message }: GraphQLError) => unknownTypes.some((each) => each.message === message)
      const faults = unexplained(gaps, rest.data, absent, isOfType)
      const shaped: ExecutionResult = faults.length > 0 ? { ...rest, errors: faults } : rest
      const answer = (reported: readonly GraphQLError[]) =>
        answerOf(rename(reported.length > 0 ? { ...shaped, errors: reported } : shaped))
      return {
        right: answer(errors.map(({ error }) => error)),
        inReference: answer(errors.map(({ inReference }) => inReference)),
        isNullFault: errors.length === 0 && shaped.errors !== undefined,
        unknownTypes: answerOf(rename({ errors: unknownTypes })).errors,
        data,
      }
    }
    return { plan, planned, rename, give }
  }
}

const isTrue = ({ coercedVariables }: Operation, variable: string) => coercedVariables[variable] === true

function workOf({ node }: QueryPlan) {
  if (node?.kind !== 'Subscription') return node
  const { primary, rest } = node
  return { kind: 'Sequence' as const, nodes: rest ? [primary, rest] : [primary] }
}

function plannedAs(operation: Operation, { document }: PlannableDocument): Operation {
  return { ...operation, query: print(document), document, definition: operationOf(document, operation.operationName) }
}

function renamed(value: unknown, aliases: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((each) => renamed(each, aliases))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [aliases.get(name) ?? name, renamed(inner, aliases)]))
}

const withPath = (error: GraphQLError, aliases: ReadonlyMap<string, string>) =>
  new GraphQLError(error.message, {
    path: error.path && clientPath(error.path, aliases),
    originalError: error.originalError,
    extensions: error.extensions,
  })
