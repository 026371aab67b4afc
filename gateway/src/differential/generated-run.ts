import { silentLog } from '@planet/runtime/log'
import { Kind, print } from 'graphql'
import { createAdmission, type Operation } from '../admission.ts'
import type { Engine } from '../engine/engine.ts'
import { conditionVariables, fieldNamesOf, plannableDocument, withValues } from '../engine/plannable-document.ts'
import {
  type Answer,
  answerOf,
  isBetween,
  isSameAnswer,
  isSameButForOrder,
  isSameButForPlaces,
  isSameUpToNulls,
  printAnswer,
} from './answers.ts'
import { askEngine } from './ask-engine.ts'
import { createChoice } from './choice.ts'
import { planGraph } from './graph-plan.ts'
import { makeRows } from './graph-rows.ts'
import { printSubgraphs } from './graph-text.ts'
import { makeOperation } from './make-operation.ts'
import { type MadeTrouble, makeTrouble, NO_TROUBLE } from './make-trouble.ts'
import { createMemoryGraph, executeMonolith, type MemoryGraph, type StartEngine } from './memory-graph.ts'

/** What a run over one seed's graph came to. */
export type SeedReport = {
  readonly seed: number
  readonly operations: number
  readonly failures: readonly string[]
  /** Operations with a fault for which the reference is no measure: it plans them otherwise, or wrong even without a fault. */
  readonly referenceWrong: readonly string[]
  /** Operations without faults that both answer alike and wrong: a fault of the planner that they share. */
  readonly bothWrong: readonly string[]
}

/**
 * Generates the graph and the operations of `seed` and holds `engine` against the oracle where nothing goes wrong, and
 * against `reference` where something does. Null if the graph of this seed does not compose. With `only`, the one
 * operation of that number is run.
 */
export async function runSeed(
  seed: number,
  options: {
    readonly engine: StartEngine
    readonly reference: StartEngine
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
  const engine = await options.engine({ supergraphSdl, calls, log: silentLog })
  const reference = await options.reference({ supergraphSdl, calls, log: silentLog })
  const admit = createAdmission(graph.api, { introspection: true })
  const ids = plan.entities.flatMap(({ name }) => [`${name}0`, `${name}1`])
  const failures: string[] = []
  const referenceWrong: string[] = []
  const bothWrong: string[] = []
  let done = 0
  for (let number = 0; number < options.operations; number++) {
    // A seed of its own, so that one operation can be run without those before it.
    const own = createChoice(seed * 1_009 + number)
    const operation = admitted(() => admit(makeOperation(own, graph.api, ids)))
    const made = own.chance(0.4) ? makeTrouble(own, plan) : NO_TROUBLE
    if (!operation || (options.only !== undefined && options.only !== number)) continue
    done += 1
    const verdict = await compare({ engine, reference, graph, operation, made })
    const text = () => printCase({ seed, number, texts, operation, made, verdict })
    if (verdict.kind === 'failure') failures.push(text())
    if (verdict.kind === 'reference wrong') referenceWrong.push(text())
    if (verdict.kind === 'both wrong') bothWrong.push(text())
  }
  await Promise.all([engine.close(), reference.close()])
  return { seed, operations: done, failures, referenceWrong, bothWrong }
}

type Verdict = {
  readonly kind: 'same' | 'reference wrong' | 'both wrong' | 'failure'
  readonly answers: Readonly<Record<string, Answer>>
}

async function compare(parts: {
  engine: Engine
  reference: Engine
  graph: MemoryGraph
  operation: Operation
  made: MadeTrouble
}): Promise<Verdict> {
  const { engine, reference, graph, operation, made } = parts
  const ours = await answerFrom(engine, graph, operation, made)
  const oracle = answerOf(await executeMonolith(graph.api, graph.rows, operation))
  // Planning is what takes the time, so the reference is asked only where it has something to say.
  if (made === NO_TROUBLE && isSameAnswer(ours, oracle)) return { kind: 'same', answers: {} }
  const theirs = await answerFrom(reference, graph, operation, made)
  if (theirs.data === undefined && !(await isPlannable(reference, operation))) {
    const isRefused = ours.errors.length > 0 && (ours.data === undefined || made !== NO_TROUBLE)
    return { kind: isRefused || isSameAnswer(ours, oracle) ? 'same' : 'failure', answers: { ours, theirs, oracle } }
  }
  const answers = { ours, theirs, oracle }
  if (made === NO_TROUBLE) {
    if (isOrderedAs(ours, theirs, oracle)) return { kind: 'same', answers }
    const isShared = lacksRequirement(ours) && lacksRequirement(theirs) && isBetween(ours, theirs, oracle)
    return { kind: isShared || isSameAnswer(ours, theirs) ? 'both wrong' : 'failure', answers }
  }
  if (isSameUpToNulls(ours, theirs)) return { kind: 'same', answers }
  // What is left out may be planned away, after which shared fields may come from a subgraph that is well.
  const hasConditions = /@(include|skip)/.test(operation.query)
  if (hasConditions && isBetween(ours, theirs, oracle)) return { kind: 'same', answers }
  if (isSameButForPlaces(ours, theirs)) return { kind: 'reference wrong', answers: { ours, theirs } }
  const alike = plannedAlike(operation, graph)
  if (alike) {
    const [one, other] = [await answerFrom(engine, graph, alike, made), await answerFrom(reference, graph, alike, made)]
    if (isSameUpToNulls(one, other)) return { kind: 'reference wrong', answers: { ours, theirs } }
  }
  const calm = await askEngine(reference, graph, operation, {})
  return { kind: isSameButForOrder(calm, oracle) ? 'failure' : 'reference wrong', answers: { ours, theirs } }
}

/**
 * The operation without what the engine puts otherwise before it is planned: aliases that are names of fields, and what is
 * left out. Plans of the one and the other may ask other subgraphs for what several share, so that a fault meets one of
 * them only; of this operation both engines have the same plan. Null where it is the operation itself.
 */
function plannedAlike(operation: Operation, graph: MemoryGraph): Operation | null {
  const asked = plannableDocument(operation.document, { fields: fieldNamesOf(graph.api), required: new Set() })
  const given = { ...operation.coercedVariables, ...operation.variables }
  const values = new Map(
    conditionVariables(asked.document).flatMap((name) => {
      const value = given[name]
      return typeof value === 'boolean' ? [[name, value] as const] : []
    }),
  )
  const document = withValues(asked, values).planned
  const definition = document.definitions.find((each) => each.kind === Kind.OPERATION_DEFINITION)
  const query = print(document)
  return definition && query !== print(operation.document) ? { ...operation, query, document, definition } : null
}

/** What a plan gives that does not ask for all that a requirement requires. */
const lacksRequirement = ({ errors }: Answer) => errors.some((error) => error.includes('did not get what it requires'))

/** The reference orders keys in its own way where fragments meet; both orders are accepted. */
const isOrderedAs = (ours: Answer, theirs: Answer, oracle: Answer) =>
  isSameAnswer(ours, theirs) && isSameButForOrder(theirs, oracle)

/** The composer lets a rare graph pass in which the planner finds no way to a field; then all that counts is a refusal. */
async function isPlannable(reference: Engine, operation: Operation): Promise<boolean> {
  try {
    if (operation.definition.operation === 'subscription') await reference.planSubscription(operation)
    else await reference.explain(operation)
    return true
  } catch {
    return false
  }
}

/** An engine that throws has answered too: with something no client should get. */
async function answerFrom(engine: Engine, graph: MemoryGraph, operation: Operation, made: MadeTrouble): Promise<Answer> {
  try {
    return await askEngine(engine, graph, operation, made.trouble)
  } catch (error) {
    const message = `thrown: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`
    return { data: undefined, errors: [JSON.stringify({ message, path: null })] }
  }
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
  texts: readonly { readonly name: string; readonly typeDefs: string }[]
  operation: Operation
  made: MadeTrouble
  verdict: Verdict
}): string {
  const { seed, number, operation, made, verdict } = parts
  const rerun = `PLANET_DIFFERENTIAL=${seed}:${number} node scripts/run.mjs vitest run --project tests tests/differential-generated.test.ts`
  return [
    `seed ${seed}, operation ${number}; again: ${rerun}`,
    operation.query,
    `variables: ${JSON.stringify(operation.variables)}`,
    `fault: ${made.text}`,
    ...Object.entries(verdict.answers).map(([name, answer]) => `${name}:\n${printAnswer(answer)}`),
  ].join('\n')
}
