import type { QueryPlan } from '@apollo/query-planner'
import { OperationTypeNode } from 'graphql'
import type { Operation } from '../../src/admission/admission.ts'
import type { ApolloEngine } from '../../src/engine/apollo-engine.ts'
import { type Answer, answerOf } from './answers.ts'
import type { MemoryGraph, Trouble } from './memory-graph.ts'
import type { Judged } from './plan-judge.ts'

/** What the reference makes of the engine's plan. */
export async function askByPlan(
  reference: ApolloEngine,
  graph: MemoryGraph,
  { plan, planned, rename }: Judged,
  trouble: Trouble,
): Promise<Answer> {
  const call = graph.begin(trouble)
  try {
    const { node } = plan
    const event =
      node?.kind === 'Subscription'
        ? await graph.calls.fetch(
            node.primary.serviceName,
            {
              query: node.primary.operation,
              operationName: node.primary.operationName,
              variables: valuesOf(node.primary.variableUsages ?? [], planned),
            },
            call,
          )
        : {}
    return answerOf(rename(await reference.executePlan(plan, event, planned, call)))
  } finally {
    graph.end(call)
  }
}

/** How the reference writes the answer of these data. */
export async function shapeByReference(
  reference: ApolloEngine,
  graph: MemoryGraph,
  { planned, rename }: Judged,
  data: Record<string, unknown>,
): Promise<Answer> {
  const call = graph.begin({})
  const plan: QueryPlan = {
    kind: 'QueryPlan',
    node: {
      kind: 'Subscription',
      primary: {
        kind: 'Fetch',
        serviceName: '',
        operation: '',
        operationKind: OperationTypeNode.QUERY,
        operationName: undefined,
      },
    },
  }
  try {
    return answerOf(rename(await reference.executePlan(plan, { data }, planned, call)))
  } finally {
    graph.end(call)
  }
}

const valuesOf = (names: readonly string[], { variables }: Operation) =>
  Object.fromEntries(names.filter((name) => variables[name] !== undefined).map((name) => [name, variables[name]]))
