import type { ExecutionResult } from 'graphql'
import type { Operation } from '../../src/admission/admission.ts'
import type { Engine, TextAnswer } from '../../src/engine/engine.ts'
import type { Call } from '../../src/subgraphs/call.ts'
import { type Answer, answerOf, isSameAnswer, printAnswer } from './answers.ts'
import type { MemoryGraph, Trouble } from './memory-graph.ts'

/**
 * What an engine answers. Each of its ways to the same answer is gone, every time with a state of its own; throws if they
 * differ.
 */
export async function askEngine(engine: Engine, graph: MemoryGraph, operation: Operation, trouble: Trouble): Promise<Answer> {
  const answer = await askOnce(engine, graph, operation, trouble, 0)
  if (!engine.executeText || operation.definition.operation === 'subscription') return answer
  const written = await askOnce(engine, graph, operation, trouble, 1)
  mustBeSame(written, answer, 'as text')
  return written
}

/**
 * What an engine answers when it is asked the `time`th time from 0. The first time it is asked for data and then for text:
 * an engine may do something else with an operation that it knows. Throws if it changed an event that it was given.
 */
export async function askOnce(
  engine: Engine,
  graph: MemoryGraph,
  operation: Operation,
  trouble: Trouble,
  time: number,
): Promise<Answer> {
  const answer = await asked(engine, graph, operation, trouble, time)
  // An alias may be called `__proto__`.
  if (Object.keys(Object.prototype).length > 0) throw new Error('an engine has written into what every object inherits')
  return answer
}

async function asked(engine: Engine, graph: MemoryGraph, operation: Operation, trouble: Trouble, time: number): Promise<Answer> {
  const call = graph.begin(trouble)
  try {
    if (operation.definition.operation === 'subscription') return await askForEvents(engine, graph, operation, call)
    if (time === 0 || !engine.executeText) return answerOf(await engine.execute(operation, call))
    return textAnswerOf(await engine.executeText(operation, call))
  } finally {
    graph.end(call)
  }
}

/** One event alone, and the same among others. */
async function askForEvents(engine: Engine, graph: MemoryGraph, operation: Operation, call: Call): Promise<Answer> {
  const plan = await engine.planSubscription(operation)
  const event = await graph.calls.fetch(plan.subgraph, plan.source(operation.variables), call)
  const events = [event, changed(event, (list) => list.toReversed()), event, changed(event, (list) => list.slice(0, 1))]
  const before = JSON.stringify(events)
  const alone: Answer[] = []
  for (const each of events) alone.push(answerOf(await engine.executeEvent(plan, each, operation, call)))
  const together = (await engine.executeEvents(plan, events, operation, call)).map(answerOf)
  const written = (await engine.executeEventsText(plan, events, operation, call)).map(textAnswerOf)
  if (JSON.stringify(events) !== before) throw new Error('the engine changed the event')
  for (const [index, one] of alone.entries()) {
    mustBeSame(together[index], one, `of event ${index} among others`)
    mustBeSame(written[index], one, `of event ${index} among others, as text`)
  }
  const [first] = alone
  if (!first) throw new Error('there is an event')
  return first
}

/** Another event of the same form. */
const changed = ({ data, ...rest }: ExecutionResult, change: (list: unknown[]) => unknown[]): ExecutionResult =>
  // What is changed inside keeps its form.
  data === undefined ? rest : { ...rest, data: changedInside(data, change) as NonNullable<typeof data> | null }

function changedInside(value: unknown, change: (list: unknown[]) => unknown[]): unknown {
  if (Array.isArray(value)) return change(value.map((each) => changedInside(each, change)))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, changedInside(inner, change)]))
}

/** The text is not parsed: what is compared are the bytes that a client gets. */
const textAnswerOf = ({ dataTexts, errors }: TextAnswer): Answer => ({ ...answerOf({ errors }), data: dataTexts?.join('') })

function mustBeSame(one: Answer | undefined, other: Answer, which: string): void {
  if (one && isSameAnswer(one, other)) return
  throw new Error(`the answer ${which} is another:\n${one ? printAnswer(one) : 'none'}\nthan:\n${printAnswer(other)}`)
}
