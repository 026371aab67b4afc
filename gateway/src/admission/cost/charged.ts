import { Abandonment } from '../../abandonment.ts'
import { type Answer, refusedWith } from '../../answer.ts'
import type { Engine } from '../../engine/engine.ts'
import type { Caller, Operations } from '../../operations.ts'
import { frameOf } from '../../subscriptions/frame.ts'
import type { Subscriber, Subscription } from '../../subscriptions/subscriber.ts'
import type { Operation } from '../admission.ts'
import type { Budgets } from './budgets.ts'
import type { Costs } from './costs.ts'
import { type Price, priceOf, toldCost } from './price.ts'

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
    wish: { readonly after: string | null | undefined; readonly price: Price | null },
  ) => Promise<Subscription>
}): Pick<Operations, 'answer' | 'refuse' | 'watch'> {
  const { budgets } = parts
  return {
    async answer(operation, caller) {
      const { engine, costs } = parts.served()
      const price = priceOf(costs, operation)
      const told = (actual: number) => (caller.wantsCost ? toldCost(price, actual) : undefined)
      const charge = budgets.charge(caller, price.estimated)
      if (charge.refusal) return { ...refusedWith([charge.refusal]), budget: charge.budget, extensions: told(0) }
      const { dataTexts, errors } = await parts.answer(operation, { ...caller, engine })
      const counted = price.actualOf({ dataTexts, errors })
      const actual = counted instanceof Promise ? await counted : counted
      // What somebody did not wait for was done all the same.
      const budget = charge.settle(isAborted(caller.abort) ? price.estimated : actual)
      return { dataTexts, errors, budget, extensions: told(actual) }
    },
    async refuse(errors, caller) {
      const { refusal, budget } = budgets.charge(caller, 1)
      return { ...refusedWith(refusal ? [refusal] : errors), budget }
    },
    async watch(operation, caller, subscriber, after) {
      const served = parts.served()
      const price = priceOf(served.costs, operation)
      const { refusal } = budgets.charge(caller, price.estimated)
      const toTell = caller.wantsCost ? price : null
      if (!refusal) return parts.watch(served, operation, caller.viewer, subscriber, { after, price: toTell })
      subscriber.end(frameOf({ ...refusedWith([refusal]), extensions: toTell ? toldCost(toTell, 0) : undefined }))
      return NO_SUBSCRIPTION
    },
  }
}

const isAborted = (abort: Caller['abort']): boolean =>
  (abort instanceof Abandonment ? abort.aborted : abort?.signal.aborted) === true

const NO_SUBSCRIPTION: Subscription = { leave() {}, drain() {} }
