import type { ExecutionResult, GraphQLError, GraphQLSchema } from 'graphql'
import type { Operation } from '../admission/admission.ts'
import type { Call } from '../subgraphs/call.ts'
import type { SubgraphOperation } from '../subgraphs/subgraph-operation.ts'

/** Where a subscription's events come from. The rest of the plan is the engine's own business. */
export type SubscriptionPlan = {
  readonly subgraph: string
  /** What to subscribe to there; `variables` are those of the client's that it uses. */
  readonly source: (variables: Readonly<Record<string, unknown>>) => SubgraphOperation
  /** A path of what comes from there, as the client knows it. */
  readonly clientPath: (path: readonly (string | number)[]) => readonly (string | number)[]
}

/** An answer whose data is on its way to the wire: it is not parsed or written again. */
export type TextAnswer = {
  /** JSON of `data`, `null` included, in pieces that follow one another; undefined if nothing was executed. */
  readonly dataTexts: readonly string[] | undefined
  /** Not masked yet. Empty if there are none. */
  readonly errors: readonly GraphQLError[]
}

/** Use of the plans that are kept, and what planning took. */
export type EngineStats = {
  readonly hits: number
  readonly misses: number
  readonly entries: number
  /** An estimate of what the plans that are kept take. */
  readonly bytes: number
  /** Operations that were planned, and those of them that could not be. */
  readonly planned: number
  readonly refused: number
  /** Time from the wish for a plan to its use, of all that were planned together; waiting for others included. */
  readonly planningMs: number
}

/** Plans and executes admitted operations over the subgraphs. */
export interface Engine<Plan extends SubscriptionPlan = SubscriptionPlan> {
  /** The public API. */
  readonly schema: GraphQLSchema
  /** Names of the subgraphs that plans may call. */
  readonly subgraphs: readonly string[]
  /** Runs a query or mutation. Errors are not masked yet. */
  execute(operation: Operation, call: Call): Promise<ExecutionResult>
  /** As `execute`, with the data as text, where the engine writes text itself. */
  executeText?(operation: Operation, call: Call): Promise<TextAnswer>
  /** The plan as text, for people. */
  explain(operation: Operation): Promise<string>
  planSubscription(operation: Operation): Promise<Plan>
  /** What the client gets for `event`, which stands for the plan's first fetch. Leaves the event as it is. */
  executeEvent(plan: Plan, event: ExecutionResult, operation: Operation, call: Call): Promise<ExecutionResult>
  /**
   * For each of `events` what `executeEvent` gives for it alone, in their order. They belong to one subscription, so they
   * share the operation, the viewer and the time that `call` has; hand over as many as have come, e.g. a page of a replay.
   * What they need of other subgraphs is asked for once for all of them. Errors stay with their event.
   */
  executeEvents(
    plan: Plan,
    events: readonly ExecutionResult[],
    operation: Operation,
    call: Call,
  ): Promise<readonly ExecutionResult[]>
  /** As `executeEvents`, with each event's data as text. */
  executeEventsText(
    plan: Plan,
    events: readonly ExecutionResult[],
    operation: Operation,
    call: Call,
  ): Promise<readonly TextAnswer[]>
  /** Counters for metrics, where the engine keeps them. */
  stats?(): EngineStats
  close(): Promise<void>
}
