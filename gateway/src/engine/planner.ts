import { operationFromDocument, printSchema, Supergraph } from '@apollo/federation-internals'
import { prettyFormatQueryPlan, type QueryPlan, QueryPlanner, type QueryPlannerConfig } from '@apollo/query-planner'
import { parse } from 'graphql'
import type { Planner } from './thread-planner.ts'

/**
 * Chained fragments double the planning time per level unless they are written out. The two limits bound the work on an
 * operation whose fields may come from many subgraphs: of more plans than these the best is not looked for, and an
 * operation with more ways to one field is refused.
 */
export const PLANNER_CONFIG: QueryPlannerConfig = {
  reuseQueryFragments: false,
  debug: { maxEvaluatedPlans: 500, pathsLimit: 1_000 },
}

/** What an engine must know of a supergraph besides its plans. */
export type SupergraphDescription = {
  /** The public API. */
  readonly apiSdl: string
  readonly subgraphs: readonly string[]
}

/** An operation to be planned; the name is needed where the document holds several. */
export type PlanRequest = { readonly document: string; readonly operationName: string | undefined }

/** Plans, however long it takes. Both functions throw what the planner throws. */
export type LocalPlanner = {
  readonly description: SupergraphDescription
  plan(request: PlanRequest): QueryPlan
  /** The plan as text, for people. */
  explain(request: PlanRequest): string
}

/** Throws if the text is no supergraph. */
export function createLocalPlanner(supergraphSdl: string): LocalPlanner {
  const supergraph = Supergraph.build(supergraphSdl)
  const api = supergraph.apiSchema()
  const planner = new QueryPlanner(supergraph, PLANNER_CONFIG)
  const plan = ({ document, operationName }: PlanRequest) =>
    planner.buildQueryPlan(
      operationFromDocument(api, parse(document, { noLocation: true }), operationName === undefined ? {} : { operationName }),
    )
  return {
    description: { apiSdl: printSchema(api), subgraphs: [...supergraph.subgraphsMetadata()].map(({ name }) => name) },
    plan,
    explain: (request) => prettyFormatQueryPlan(plan(request)),
  }
}

/** Plans in the thread of its caller, which waits however long it takes: for tests that make many engines. */
export function createInlinePlanner(supergraphSdl: string): Planner {
  const { description, plan, explain } = createLocalPlanner(supergraphSdl)
  return {
    description,
    // Without what JSON does not hold, as from a thread.
    plan: async (request) => JSON.parse(JSON.stringify(plan(request))) as QueryPlan,
    explain: async (request) => explain(request),
    close: async () => {},
  }
}
