import { silentLog } from '@planet/runtime/log'
import { createAdmission, type Operation } from '../admission.ts'
import type { ApolloEngine } from '../engine/apollo-engine.ts'
import { createInlinePlanner, type PlanRequest } from '../engine/planner.ts'
import type { Planner } from '../engine/thread-planner.ts'
import { printAnswer } from './answers.ts'
import { createChoice } from './choice.ts'
import { planGraph } from './graph-plan.ts'
import { makeRows } from './graph-rows.ts'
import { printSubgraphs } from './graph-text.ts'
import { makeOperation } from './make-operation.ts'
import { type MadeTrouble, makeTrouble, NO_TROUBLE } from './make-trouble.ts'
import { createMemoryGraph, type MemoryGraph, type StartEngine, type StartOptions } from './memory-graph.ts'
import { createPlanJudge } from './plan-judge.ts'
import { type Contestants, compare, EXCUSES, type Excuse, type Verdict } from './verdict.ts'

/** What a run over one seed's graph came to. */
export type SeedReport = {
  readonly seed: number
  readonly operations: number
  readonly failures: readonly string[]
  /** Operations whose answer needed an excuse, by the excuse. */
  readonly excused: readonly { readonly excuse: Excuse; readonly text: string }[]
}

/**
 * Generates the graph and the operations of `seed` and holds `engine` and `reference` against what is right. Null if the
 * graph of this seed does not compose. With `only`, the one operation of that number is run.
 */
export async function runSeed(
  seed: number,
  options: {
    readonly engine: StartEngine
    readonly reference: (options: StartOptions) => Promise<ApolloEngine>
    readonly operations: number
    readonly only?: number | undefined
  },
): Promise<SeedReport | null> {
  const choice = createChoice(seed)
  const plan = planGraph(choice)
  const texts = printSubgraphs(plan)
  const graph = composeOrNull(() => createMemoryGraph(texts, makeRows(choice, plan)))
  if (!graph) return null
  const { supergraphSdl, calls } = graph
  const planner = remembering(createInlinePlanner(supergraphSdl))
  let reference: Promise<ApolloEngine> | undefined
  const parties: Contestants = {
    graph,
    engine: await options.engine({ supergraphSdl, calls, log: silentLog, planner }),
    reference() {
      reference ??= options.reference({ supergraphSdl, calls, log: silentLog })
      return reference
    },
    judge: createPlanJudge(graph, planner),
  }
  const admit = createAdmission(graph.api, { introspection: true })
  const ids = plan.entities.flatMap(({ name }) => [`${name}0`, `${name}1`])
  const failures: string[] = []
  const excused: { excuse: Excuse; text: string }[] = []
  let done = 0
  for (let number = 0; number < options.operations; number++) {
    // A seed of its own, so that one operation can be run without those before it.
    const own = createChoice(seed * 1_009 + number)
    const operation = admitted(() => admit(makeOperation(own, graph.api, ids)))
    const made = own.chance(0.4) ? makeTrouble(own, plan) : NO_TROUBLE
    if (!operation || (options.only !== undefined && options.only !== number)) continue
    done += 1
    const verdict = await compare(parties, operation, made)
    if (!verdict.isFailure && verdict.excuses.length === 0) continue
    const text = printCase({ seed, number, operation, made, verdict })
    if (verdict.isFailure) failures.push(text)
    for (const excuse of verdict.excuses) excused.push({ excuse, text })
  }
  await Promise.all([parties.engine.close(), reference?.then((started) => started.close())])
  return { seed, operations: done, failures, excused }
}

/** Plans each operation once for all who ask. */
function remembering(planner: Planner): Planner {
  const plans = new Map<string, ReturnType<Planner['plan']>>()
  const plan = (request: PlanRequest) => {
    const key = `${request.operationName ?? ''} ${request.document}`
    const made = plans.get(key) ?? planner.plan(request)
    plans.set(key, made)
    return made
  }
  return { ...planner, plan }
}

function composeOrNull(make: () => MemoryGraph): MemoryGraph | null {
  try {
    return make()
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('The subgraphs do not compose')) return null
    throw error
  }
}

/** Null for the rare operation that is not valid, e.g. because two fields of one name differ. */
function admitted(ask: () => ReturnType<ReturnType<typeof createAdmission>>): Operation | null {
  const admission = ask()
  return admission.ok ? admission.operation : null
}

function printCase(parts: { seed: number; number: number; operation: Operation; made: MadeTrouble; verdict: Verdict }): string {
  const { seed, number, operation, made, verdict } = parts
  const rerun = `PLANET_DIFFERENTIAL=${seed}:${number} node scripts/run.mjs vitest run --project tests tests/differential-generated.test.ts`
  return [
    `seed ${seed}, operation ${number}; again: ${rerun}`,
    operation.query,
    `variables: ${JSON.stringify(operation.variables)}`,
    `fault: ${made.text}`,
    ...verdict.excuses.map((excuse) => `excused: ${EXCUSES[excuse]}`),
    ...Object.entries(verdict.answers).map(([name, answer]) => `${name}:\n${printAnswer(answer)}`),
  ].join('\n')
}
