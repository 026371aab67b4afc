import type { GraphQLError } from 'graphql'
import { Abandonment } from '../abandonment.ts'
import type { Operation } from '../admission.ts'
import { type Answer, refusedWith } from '../answer.ts'
import type { Engine } from '../engine/engine.ts'
import type { Caller, Operations } from '../operations.ts'
import { frameOfErrors } from '../subscriptions/frame.ts'
import type { Subscriber, Subscription } from '../subscriptions/subscriber.ts'
import type { Budgets } from './budgets.ts'
import type { Costs } from './costs.ts'

/** A schema's engine and its costs: an operation is run by the engine of the schema that admitted it. */
type Priced = { readonly engine: Engine; readonly costs: Costs }

/** Takes what operations may cost out of their callers' budgets before they are run, and gives back what they did not. */
export function createCharged<Served extends Priced>(parts: {
  readonly budgets: Budgets
  /** What admits operations at the moment. */
  readonly served: () => Served
  readonly answer: (operation: Operation, caller: Caller & { readonly engine: Engine }) => Promise<Answer>
  readonly watch: (
    served: Served,
    operation: Operation,
    viewer: Caller['viewer'],
    subscriber: Subscriber,
    after?: string | null,
  ) => Promise<Subscription>
}): Pick<Operations, 'answer' | 'refuse' | 'watch'> {
  const { budgets } = parts
  return {
    async answer(operation, caller) {
      const { engine, costs } = parts.served()
      const estimated = costs.estimate(operation)
      const toldCost = (actual: number) => (caller.wantsCost ? { extensions: { cost: { estimated, actual } } } : {})
      const charge = await budgets.charge(caller, estimated)
      if (charge.refusal) return { ...refusedWith([charge.refusal]), budget: charge.budget, ...toldCost(0) }
      const { dataTexts, errors } = await parts.answer(operation, { ...caller, engine })
      const counted = costs.count(operation, dataTexts)
      // What was too large to be given, or what somebody did not wait for, was done all the same.
      const actual = errors.some(isTooLarge) ? estimated : counted instanceof Promise ? await counted : counted
      const budget = await charge.settle(isAborted(caller.abort) ? estimated : actual)
      return { dataTexts, errors, budget, ...toldCost(actual) }
    },
    async refuse(errors, caller) {
      const { refusal, budget } = await budgets.charge(caller, 1)
      return { ...refusedWith(refusal ? [refusal] : errors), budget }
    },
    async watch(operation, caller, subscriber, after) {
      const served = parts.served()
      const { refusal } = await budgets.charge(caller, served.costs.estimate(operation))
      if (!refusal) return parts.watch(served, operation, caller.viewer, subscriber, after)
      subscriber.end(frameOfErrors([refusal]))
      return NO_SUBSCRIPTION
    },
  }
}

const isAborted = (abort: Caller['abort']): boolean =>
  (abort instanceof Abandonment ? abort.aborted : abort?.signal.aborted) === true

const isTooLarge = ({ extensions }: GraphQLError) => extensions.code === 'RESPONSE_TOO_LARGE'

const NO_SUBSCRIPTION: Subscription = { leave() {}, drain() {} }
