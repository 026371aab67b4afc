import type { ExecutionResult, GraphQLError } from 'graphql'
import { GraphQLError as Fault } from 'graphql'
import type { Condition } from '../admission/conditions.ts'
import type { Call } from '../subgraphs/call.ts'
import type { SubgraphCalls } from '../subgraphs/subgraph-calls.ts'
import type { SubgraphAnswer } from '../subgraphs/subgraph-operation.ts'
import type { Bounds } from './bounds.ts'
import type { CompiledPlan } from './compiled-plan.ts'
import type { ReceivedEntities } from './fetch-errors.ts'
import type { JsonObject } from './plain-data.ts'
import { type RequestText, subgraphOperation } from './request-text.ts'

/** What the subgraphs gave. */
export type Collected = {
  readonly data: JsonObject
  readonly errors: GraphQLError[]
  /** Lists of entities of which some are not shown. */
  readonly incomplete: ReceivedEntities[]
  /** True if no string in it needs escaping in JSON. */
  readonly isPlain: boolean
}

/** What a plan is run with. */
export type RunInput = {
  readonly bounds: Bounds
  readonly variables: Readonly<Record<string, unknown>>
  readonly isMet: (condition: Condition) => boolean
  readonly calls: SubgraphCalls
  readonly call: Call
  /** Stands for the answer to the first request. */
  readonly event: ExecutionResult | null
}

/** A plan that is being run. */
export type Run = RunInput & {
  readonly plan: CompiledPlan
  readonly data: JsonObject
  readonly errors: GraphQLError[]
  readonly incomplete: ReceivedEntities[]
  isPlain: boolean
  /** Per request, how many it still waits for. */
  readonly waits: number[]
  /** Per fetch, the entities that it found. */
  readonly found: (JsonObject[] | undefined)[]
  open: number
  readonly finish: () => void
}

export const isWanted = (run: Run, conditions: readonly Condition[]) => conditions.every(run.isMet)

/** Sends and takes the answer; a fault in taking it is an error of the operation like any other. */
export function send(run: Run, service: string, text: RequestText, variables: string, take: Take, then: () => void): void {
  const failed = (reason: unknown) => {
    note(run, reason)
    then()
  }
  const taken = (answer: SubgraphAnswer) => {
    if (answer.isPlain !== true) run.isPlain = false
    let pending: ReturnType<Take>
    try {
      run.bounds.check()
      run.bounds.take(operation.weight)
      pending = take(answer)
    } catch (error) {
      return failed(error)
    }
    if (pending) pending.then(then, failed)
    else then()
  }
  const { calls, call } = run
  const operation = subgraphOperation(text, variables)
  if (calls.ask) calls.ask(service, operation, call, taken)
  else {
    try {
      calls.fetch(service, operation, call).then(taken, failed)
    } catch (error) {
      failed(error)
    }
  }
}

/** A promise only where there is much to take. */
export type Take = (answer: SubgraphAnswer) => void | Promise<void>

/** A fault is an error of the operation like any other, unless it is over anyway. */
export function note(run: Run, error: unknown): void {
  if (run.bounds.stopped) return
  run.errors.push(new Fault('a fetch failed', { originalError: error instanceof Error ? error : new Error(String(error)) }))
}

/** The members of a JSON object: the variables of these names that have values. */
export function variablesText(run: Run, names: readonly string[]): string {
  let text = ''
  for (const name of names) {
    const value = Object.hasOwn(run.variables, name) ? run.variables[name] : undefined
    if (value === undefined) continue
    text += `${text === '' ? '' : ','}${JSON.stringify(name)}:${JSON.stringify(value)}`
  }
  return text
}
