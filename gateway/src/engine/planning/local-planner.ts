import { operationFromDocument } from '@apollo/federation-internals'
import { prettyFormatQueryPlan, type QueryPlan, QueryPlanner, type QueryPlannerConfig } from '@apollo/query-planner'
import { parse } from 'graphql'
import { buildSupergraph } from './build-supergraph.ts'
import { type PlannableSupergraph, plannableSupergraph } from './plannable-supergraph.ts'
import type { Planner, PlanRequest } from './planner.ts'
import { restoredPlan } from './restored-plan.ts'

/**
 * Chained fragments double the planning time per level unless they are written out. The two limits bound the work on an
 * operation whose fields may come from many subgraphs: of more plans than these the best is not looked for, and an
 * operation with more ways to one field is refused.
 */
export const PLANNER_CONFIG: QueryPlannerConfig = {
  reuseQueryFragments: false,
  debug: { maxEvaluatedPlans: 500, pathsLimit: 1_000 },
}

/** Plans, however long it takes. Both functions throw what the planner throws. */
export type LocalPlanner = {
  plan(request: PlanRequest): QueryPlan
  /** The plan as text, for people. */
  explain(request: PlanRequest): string
}

export function createLocalPlanner(
  plannable: PlannableSupergraph,
  supergraph = buildSupergraph(plannable.document),
): LocalPlanner {
  const api = supergraph.apiSchema()
  const planner = new QueryPlanner(supergraph, PLANNER_CONFIG)
  const plan = ({ document, operationName }: PlanRequest) => {
    const named = operationName === undefined ? {} : { operationName }
    const operation = operationFromDocument(api, parse(document, { noLocation: true }), named)
    return restoredPlan(planner.buildQueryPlan(operation), plannable)
  }
  return { plan, explain: (request) => prettyFormatQueryPlan(plan(request)) }
}

/** Plans in the thread of its caller, which waits however long it takes: for tests that make many engines. */
export function createInlinePlanner(supergraphSdl: string): Planner {
  const { plan, explain } = createLocalPlanner(plannableSupergraph(parse(supergraphSdl, { noLocation: true })))
  return {
    // Without what JSON does not hold, as from a thread.
    plan: async (request) => JSON.parse(JSON.stringify(plan(request))) as QueryPlan,
    explain: async (request) => explain(request),
    close: async () => {},
  }
}
