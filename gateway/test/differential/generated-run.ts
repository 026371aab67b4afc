import { silentLog } from '@planet/runtime/log'
import { composeByApollo } from '../../../scripts/compose-by-apollo.ts'
import { composeSupergraph } from '../../../scripts/compose-supergraph.ts'
import { createAdmission, type Operation } from '../../src/admission/admission.ts'
import type { ApolloEngine } from '../../src/engine/apollo-engine.ts'
import { createInlinePlanner } from '../../src/engine/planning/local-planner.ts'
import type { Planner, PlanRequest } from '../../src/engine/planning/planner.ts'
import { printAnswer } from './answers.ts'
import { createChoice } from './choice.ts'
import { planGraph } from './graph-plan.ts'
import { makeRows } from './graph-rows.ts'
import { printSubgraphs } from './graph-text.ts'
import { createKindsOf } from './kinds.ts'
import { makeOperation } from './make-operation.ts'
import { type MadeTrouble, makeTrouble, NO_TROUBLE } from './make-trouble.ts'
import { createMemoryGraph, type MemoryGraph, type StartEngine, type StartOptions } from './memory-graph.ts'
import { createPlanJudge } from './plan-judge.ts'
import { reduceOperation } from './reduce-operation.ts'
import { type Contestants, compare, EXCUSES, type Excuse, type Verdict } from './verdict.ts'

/** A difference that nobody excuses. */
export type Failure = { readonly text: string; readonly kinds: readonly string[] }

/** What a run over one seed's graph came to. */
export type SeedReport = {
  readonly seed: number
  readonly operations: number
  readonly failures: readonly Failure[]
  /** Of each kind the number of operations. */
  readonly kinds: ReadonlyMap<string, number>
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
    /** Operations that are of none of these kinds are left out. */
    readonly kinds?: readonly string[]
    /** Whether a failure is made smaller, which takes a hundred times as long as to find it. */
    readonly isReduced?: boolean
  },
): Promise<SeedReport | null> {
  const choice = createChoice(seed)
  const plan = planGraph(choice)
  const texts = printSubgraphs(plan)
  const rows = makeRows(choice, plan)
  const isQueryReached = plan.entities.some(({ fields }) => fields.some(({ type }) => type.named === 'Query'))
  const graph = composeOrNull(() => createMemoryGraph(texts, rows, isQueryReached ? composeByApollo : composeSupergraph))
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
    hasChains: plan.entities.some(({ fields }) =>
      fields.some(({ requires }) => fields.some((field) => field.requires && requires?.fields.includes(field.name))),
    ),
  }
  const admit = createAdmission(graph.api, { introspection: true })
  const ids = plan.entities.flatMap(({ name }) => [`${name}0`, `${name}1`])
  const kindsOf = createKindsOf(graph.api, plan)
  const kinds = new Map<string, number>()
  const failures: Failure[] = []
  const excused: { excuse: Excuse; text: string }[] = []
  let done = 0
  for (let number = 0; number < options.operations; number++) {
    // A seed of its own, so that one operation can be run without those before it.
    const chance = createChoice(seed * 1_009 + number)
    const { variables, ...asked } = makeOperation(chance, graph.api, ids)
    const [first, second] = variables.map((each) => admitted(() => admit({ ...asked, variables: each })))
    const made = chance.chance(0.4) ? makeTrouble(chance, plan) : NO_TROUBLE
    if (!first || !second || (options.only !== undefined && options.only !== number)) continue
    const own = [...kindsOf(first, made)]
    if (options.kinds && !options.kinds.some((kind) => own.includes(kind))) continue
    done += 1
    const verdict = await compare(parties, [first, second, first], made)
    for (const kind of own) kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
    if (!verdict.isFailure && verdict.excuses.length === 0) continue
    const reduced = () => {
      const failing = async (query: string) => {
        const [one, other] = variables.map((each) => admitted(() => admit({ ...asked, query, variables: each })))
        return one && other ? (await compare(parties, [one, other, one], made)).isFailure : false
      }
      return reduceOperation(asked.query, failing)
    }
    const text = printCase({
      seed,
      number,
      operation: first,
      made,
      verdict,
      ...(verdict.isFailure && options.isReduced ? { reduced: await reduced() } : {}),
    })
    if (verdict.isFailure) failures.push({ text, kinds: own })
    for (const excuse of verdict.excuses) excused.push({ excuse, text })
  }
  await Promise.all([parties.engine.close(), reference?.then((started) => started.close())])
  return { seed, operations: done, failures, excused, kinds }
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

function printCase(parts: {
  seed: number
  number: number
  operation: Operation
  made: MadeTrouble
  verdict: Verdict
  reduced?: string
}): string {
  const { seed, number, operation, made, verdict, reduced } = parts
  const rerun = `PLANET_DIFFERENTIAL=${seed}:${number} node scripts/run.mjs vitest run --project tests tests/differential-generated.test.ts`
  return [
    `seed ${seed}, operation ${number}; again: ${rerun}`,
    operation.query,
    ...(reduced === undefined ? [] : [`as wrong: ${reduced.replaceAll(/\s+/g, ' ')}`]),
    `variables: ${JSON.stringify(operation.variables)}`,
    `fault: ${made.text}`,
    ...verdict.excuses.map((excuse) => `excused: ${EXCUSES[excuse]}`),
    ...Object.entries(verdict.answers).map(([name, answer]) => `${name}:\n${printAnswer(answer)}`),
  ].join('\n')
}
