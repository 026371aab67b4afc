import { silentLog } from '@planet/runtime/log'
import { createAdmission } from '../../src/admission/admission.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { type Answer, answerOf, isSameAnswer, isSameButForOrder, printAnswer } from './answers.ts'
import { askEngine } from './ask-engine.ts'
import type { HandCase, HandGraph } from './cases/case.ts'
import { createMemoryGraph, executeMonolith, type StartEngine } from './memory-graph.ts'

const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@shareable", "@requires", "@provides", "@external", "@override", "@inaccessible", "@interfaceObject"])'

/** Two engines over one graph of subgraphs in memory. */
export type Contest = AsyncDisposable & {
  /** What is wrong with one of the engine's answers, as text for people; empty if all are right. */
  faultOf(hand: HandCase): Promise<string>
}

export async function startContest(
  graph: HandGraph,
  engines: { readonly engine: StartEngine; readonly reference: StartEngine },
): Promise<Contest> {
  const texts = Object.entries(graph.subgraphs).map(([name, text]) => ({ name, typeDefs: `${LINK}\n${text}` }))
  const memory = createMemoryGraph(texts, graph.rows)
  const parts = { supergraphSdl: memory.supergraphSdl, calls: memory.calls, log: silentLog }
  const engine = await engines.engine(parts)
  const reference = await engines.reference(parts)
  const admit = createAdmission(engine.schema, { introspection: true })
  const faultOfOnce = async (hand: HandCase): Promise<string> => {
    const admission = admit(hand)
    if (!admission.ok) return `The operation is not admitted: ${admission.errors.map((error) => error.message).join('; ')}`
    const { operation } = admission
    const ours = await askEngine(engine, memory, operation, hand.trouble ?? {})
    const theirs = await askEngine(reference, memory, operation, hand.trouble ?? {})
    const oracle = hand.trouble || hand.isFaulty ? undefined : answerOf(await executeMonolith(memory.api, memory.rows, operation))
    const fault = judge(hand, ours, theirs, oracle)
    if (fault === '') return ''
    const plan = await planText(reference, operation)
    return [
      fault,
      `ours:\n${printAnswer(ours)}`,
      `reference:\n${printAnswer(theirs)}`,
      ...(oracle ? [`oracle:\n${printAnswer(oracle)}`] : []),
      plan,
    ].join('\n')
  }
  return {
    // The first use of an operation is executed in another way than the later ones.
    async faultOf(hand) {
      const times = [hand, ...(hand.others ?? []).map((variables) => ({ ...hand, variables })), hand, hand]
      for (const [index, each] of times.entries()) {
        const fault = await faultOfOnce(each)
        if (fault !== '') return `Use ${index + 1}, with ${JSON.stringify(each.variables ?? {})}: ${fault}`
      }
      return ''
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([engine.close(), reference.close()])
    },
  }
}

function judge(hand: HandCase, ours: Answer, theirs: Answer, oracle: Answer | undefined): string {
  const right = expectedAnswer(hand) ?? (oracle ? (answer: Answer) => isSameAnswer(answer, oracle) : undefined)
  if (hand.referenceIsWrong !== undefined) {
    if (!right) return 'The case says that the reference is wrong, but not what is right.'
    if (!right(ours)) return 'The answer is not the right one.'
    return right(theirs) ? 'The reference is right here by now: the exception may go.' : ''
  }
  if (hand.isMalformed) {
    const hasSameData = isSameButForOrder({ ...ours, errors: [] }, { ...theirs, errors: [] })
    const givesNothing = ours.data === undefined || ours.data === 'null'
    return (hasSameData || givesNothing) && ours.errors.length > 0 === theirs.errors.length > 0 ? '' : 'The answers differ.'
  }
  if (isSameAnswer(ours, theirs)) return right && !isSameButForOrderOf(oracle, ours) ? 'Both engines are wrong.' : ''
  return right?.(ours) && oracle && isSameButForOrder(theirs, oracle) ? '' : 'The answers differ.'
}

const isSameButForOrderOf = (oracle: Answer | undefined, ours: Answer) => !oracle || isSameButForOrder(ours, oracle)

function expectedAnswer({ expected }: HandCase) {
  if (!expected) return undefined
  return (answer: Answer) => answer.data === JSON.stringify(expected.data) && answer.errors.length > 0 === expected.hasErrors
}

async function planText(reference: Engine, operation: Parameters<Engine['explain']>[0]): Promise<string> {
  try {
    return await reference.explain(operation)
  } catch (error) {
    return String(error)
  }
}
