import type { Operation } from '../../src/admission/admission.ts'
import type { ApolloEngine } from '../../src/engine/apollo-engine.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { type Answer, answerOf, isSameAnswer, isSameButForOrder, isToldOf, isWrongInSamePlaces } from './answers.ts'
import { askOnce } from './ask-engine.ts'
import { type MadeTrouble, NO_TROUBLE } from './make-trouble.ts'
import { executeMonolith, type MemoryGraph, type Trouble } from './memory-graph.ts'
import { ORDERS } from './plain-execution.ts'
import type { Given, Judged, PlanJudge } from './plan-judge.ts'
import { askByPlan, shapeByReference } from './reference-by-plan.ts'

/** Why an answer is accepted that differs from another one; each is decided by somebody who is neither of the two. */
export const EXCUSES = {
  order: 'parallel fetches of the plan write the same place, and what comes last is its chance',
  chain: 'a fetch of the plan lacks what it requires, as its subgraph says, where what is required requires something itself',
  cured: 'a fetch of the plan lacks what it requires, and the engine sends it along with a fetch that has it',
  alwaysWrong: 'the reference executes the plan wrong also where nothing fails, as the whole graph shows',
  lacking: 'the reference sends less than a field requires, as the subgraph says',
  nameless: 'the reference does not know the type of an object that does not say it',
  silent: 'the reference gives null for an object whose type nobody knows, and does not say so',
} as const
export type Excuse = keyof typeof EXCUSES

export type Verdict = {
  /** Empty if nothing needs one. */
  readonly excuses: readonly Excuse[]
  readonly isFailure: boolean
  readonly answers: Readonly<Record<string, Answer>>
}

export type Contestants = {
  readonly engine: Engine
  /** Started when it is needed: that takes longer than most operations. */
  readonly reference: () => Promise<ApolloEngine>
  readonly judge: PlanJudge
  /** Whether a field requires one that requires something itself. */
  readonly hasChains: boolean
  readonly graph: MemoryGraph
}

/**
 * An operation, asked several times in a row with the variables that each of `uses` has, of which the first come again.
 * Tells of the first use that failed.
 */
export async function compare(parties: Contestants, uses: readonly Operation[], made: MadeTrouble): Promise<Verdict> {
  const excuses = new Set<Excuse>()
  const asked = new Map<Operation, { answer: Answer; verdict: Verdict }>()
  let last: Verdict = { excuses: [], isFailure: false, answers: {} }
  for (const [time, operation] of uses.entries()) {
    const answer = await answerFrom(() => askOnce(parties.engine, parties.graph, operation, made.trouble, time))
    const before = asked.get(operation)
    if (before)
      last = isSameAnswer(answer, before.answer)
        ? before.verdict
        : { ...before.verdict, isFailure: true, answers: { ...before.verdict.answers, [`use ${time}`]: answer } }
    else last = await judge(parties, operation, made, answer)
    asked.set(operation, { answer, verdict: last })
    for (const excuse of last.excuses) excuses.add(excuse)
    if (last.isFailure) break
  }
  return { ...last, excuses: [...excuses] }
}

/**
 * Where nothing fails, the whole graph over the same rows is the measure, and where only a form is wrong. Where something
 * else fails, it is the engine's own plan executed as it is written, which must give the same as the whole graph if nothing
 * fails, and by which the reference is held as well: it executes the same plan.
 */
async function judge(parties: Contestants, operation: Operation, made: MadeTrouble, ours: Answer): Promise<Verdict> {
  const { reference, graph, judge: judgePlan } = parties
  const oracle = answerOf(await executeMonolith(graph.api, graph.rows, operation, made.wrong))
  const verdict = (excuses: readonly Excuse[] | null, answers: Verdict['answers']): Verdict => ({
    excuses: excuses ?? [],
    isFailure: excuses === null,
    answers: { ours, oracle, ...answers },
  })
  if (made.wrong) return verdict(isWrongInSamePlaces(ours, oracle) ? [] : null, {})
  if (made === NO_TROUBLE && isSameAnswer(ours, oracle)) return verdict([], {})
  const judged = await judgePlan(operation)
  if (!judged) return verdict(null, {})
  const usual = await firstGiven(judged, made.trouble, ({ right, isNullFault }) =>
    isNullFault ? isToldOf(ours, right) : isSameAnswer(ours, right),
  )
  const given = usual.fits
    ? usual
    : await firstGiven(judged, made.trouble, ({ right }) => isSameAnswer(ours, withoutLacks(right)))
  const { right, inReference } = given
  if (!given.fits) return verdict(null, { right })
  const isLacking = parties.hasChains && right.errors.some(isLack)
  if (made === NO_TROUBLE) return verdict(isLacking ? ['chain'] : null, { right })
  const calm = await firstGiven(judged, {}, (each) => isSameButForOrder(each.right, oracle))
  if (!calm.fits) return verdict(parties.hasChains && calm.right.errors.some(isLack) ? ['chain'] : null, { calm: calm.right })
  // Not to the reference: from then on every object would have what it answers.
  if (operation.query.includes('__proto__')) return verdict([], { right })
  const theirs = await answerFrom(async () => askByPlan(await reference(), graph, judged, made.trouble))
  const excuses = await excusesOf(parties, judged, made.trouble, { ours, theirs, oracle, given })
  const own: readonly Excuse[] = [...(usual.fits ? [] : ['cured' as const]), ...(given.isUsual ? [] : ['order' as const])]
  return verdict(excuses && [...own, ...excuses], { theirs, right, inReference })
}

/** Why the reference need not answer as the engine, which is right; null if it should. */
async function excusesOf(
  { reference, graph }: Contestants,
  judged: Judged,
  trouble: Trouble,
  { ours, theirs, oracle, given }: Readonly<Record<'ours' | 'theirs' | 'oracle', Answer>> & { readonly given: Given },
): Promise<readonly Excuse[] | null> {
  const { isNullFault, unknownTypes } = given
  if (isNullFault) {
    if (isSameButForOrder(ours, theirs)) return []
    const known = { ...ours, errors: ours.errors.filter((error) => !unknownTypes.includes(error)) }
    if (isSameButForOrder(known, theirs)) return ['silent']
  } else if (isSameButForOrder(theirs, given.inReference)) return []
  if (theirs.errors.some(isLack) && !given.inReference.errors.some(isLack)) return ['lacking']
  const inOrder = await firstGiven(judged, trouble, ({ inReference }) => isSameButForOrder(theirs, inReference))
  if (inOrder.fits) return ['order']
  const theirsCalm = await answerFrom(async () => askByPlan(await reference(), graph, judged, {}))
  if (!isSameButForOrder(theirsCalm, oracle)) return ['alwaysWrong']
  const shaped = await answerFrom(async () => shapeByReference(await reference(), graph, judged, given.data))
  return isSameButForOrder({ ...theirs, data: shaped.data }, given.inReference) ? ['nameless'] : null
}

type Fitting = Given & {
  readonly fits: boolean
  /** Whether it is what the plan gives if all goes side by side. */
  readonly isUsual: boolean
}

/** What the plan gives in the first order in which that fits; else what it gives in the first. */
async function firstGiven(judged: Judged, trouble: Trouble, fits: (given: Given) => boolean): Promise<Fitting> {
  const [first, ...others] = ORDERS
  const usual = await judged.give(trouble, first)
  if (fits(usual)) return { ...usual, fits: true, isUsual: true }
  for (const order of others) {
    const given = await judged.give(trouble, order)
    if (fits(given)) return { ...given, fits: true, isUsual: false }
  }
  return { ...usual, fits: false, isUsual: true }
}

const isLack = (error: string) => error.includes('did not get what it requires')
const withoutLacks = (answer: Answer): Answer => ({ ...answer, errors: answer.errors.filter((error) => !isLack(error)) })

/** An engine that throws has answered too: with something no client should get. */
async function answerFrom(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask()
  } catch (error) {
    const message = `thrown: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`
    return { data: undefined, errors: [JSON.stringify({ message, path: null })] }
  }
}
