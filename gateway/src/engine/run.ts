import { GraphQLError as Fault } from 'graphql'
import type { SubgraphAnswer } from '../subgraphs/subgraph-operation.ts'
import type { CompiledPlan, CompiledRequest } from './compiled-plan.ts'
import { walkEntities } from './compiling/entities.ts'
import type { FetchStep } from './compiling/fetch-steps.ts'
import { applyRewrites } from './compiling/rewrites.ts'
import { startEntities } from './entity-requests.ts'
import { errorAt, pathOf } from './fetch-errors.ts'
import { isObject, type JsonObject, mergeDeep } from './plain-data.ts'
import { type Collected, isWanted, note, type Run, type RunInput, send, variablesText } from './plan-run.ts'
import type { RequestText } from './request-text.ts'

/**
 * Runs all requests of a plan, each as soon as those it waits for are over. Never rejects: what goes wrong is among the errors.
 * Once its bounds have stopped it, what it gives is of no use.
 */
export function runPlan(plan: CompiledPlan, input: RunInput): Promise<Collected> {
  return new Promise((resolve) => {
    const run: Run = {
      ...input,
      plan,
      data: {},
      errors: [],
      incomplete: [],
      isPlain: true,
      waits: plan.requests.map((request) => request.waits),
      found: [],
      open: plan.requests.length,
      finish: () => resolve(run),
    }
    input.bounds.onStop = run.finish
    if (run.open === 0) run.finish()
    for (const request of plan.requests) if (request.waits === 0) start(run, request)
  })
}

function start(run: Run, request: CompiledRequest): void {
  try {
    if (request.work.kind === 'root') startRoot(run, request, request.work.step, request.work.text)
    else startEntities(run, request.service, request.work, () => end(run, request))
  } catch (error) {
    note(run, error)
    end(run, request)
  }
}

function end(run: Run, request: CompiledRequest): void {
  if (run.bounds.stopped) return
  for (const dependent of request.dependents) {
    const left = (run.waits[dependent] ?? 1) - 1
    run.waits[dependent] = left
    const next = run.plan.requests[dependent]
    if (left === 0 && next) start(run, next)
  }
  run.open--
  if (run.open === 0) run.finish()
}

function startRoot(run: Run, request: CompiledRequest, step: FetchStep, text: RequestText): void {
  const targets: JsonObject[] = []
  if (isWanted(run, step.conditions)) walkEntities(run.data, step.path, (target) => targets.push(target))
  if (targets.length === 0) {
    end(run, request)
    return
  }
  const take = (answer: SubgraphAnswer) => {
    for (const error of answer.errors ?? []) {
      run.errors.push(errorAt(error, step.service, [...step.path, ...pathOf(error)]))
    }
    const { data } = answer
    if (!data) return
    if (!isObject(data)) {
      run.errors.push(errorAt(new Fault('Expected the data to be an object.'), step.service, step.path))
      return
    }
    applyRewrites(step.outputRewrites, data, run.plan.types)
    for (const target of targets) mergeDeep(target, data, run.plan.types.isAbstract)
  }
  if (run.event && step.index === 0) {
    const { event } = run
    run.isPlain = false
    try {
      take(event)
    } catch (error) {
      note(run, error)
    }
    end(run, request)
    return
  }
  send(run, step.service, text, variablesText(run, step.variables), take, () => end(run, request))
}
