import { compare, type Decimal, decimal, isPositive, sum, ZERO } from '@planet/runtime/decimal'
import type { Side, SignalPlan } from '../../copies/domain/signal.ts'

export const WHOLE: Decimal = decimal('1')

/** Positive if `price` is better than `than` for the holder of the side, negative if worse, zero if equal. */
export const compareFor = (side: Side, price: Decimal, than: Decimal): number =>
  side === 'LONG' ? compare(price, than) : compare(than, price)

/** The price that is better, or worse, for the holder of the side. */
export const better = (side: Side, a: Decimal, b: Decimal): Decimal => (compareFor(side, a, b) >= 0 ? a : b)
export const worse = (side: Side, a: Decimal, b: Decimal): Decimal => (compareFor(side, a, b) <= 0 ? a : b)

/**
 * Whether the plan can be evaluated at all: stop, entry and targets in order, shares that make at most a whole, times in
 * order. The posts subgraph refuses anything else with reasons; this only keeps a broken plan from getting a score.
 */
export function isEvaluable(plan: SignalPlan): boolean {
  const ladder = [plan.stop, plan.entry, ...plan.targets.map(({ price }) => price)]
  const isOrdered = ladder.every((price, index) => {
    const previous = ladder[index - 1]
    return isPositive(price) && (previous === undefined || compareFor(plan.side, price, previous) > 0)
  })
  const fractions = plan.targets.map(({ fraction }) => fraction)
  return (
    isOrdered &&
    fractions.every((fraction) => compare(fraction, ZERO) > 0) &&
    compare(sum(fractions), WHOLE) <= 0 &&
    plan.publishedAt < plan.expiresAt
  )
}
