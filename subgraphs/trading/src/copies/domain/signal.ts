import { compare, type Decimal, decimal, isPositive, sum, ZERO } from '@planet/runtime/decimal'

export type Side = 'LONG' | 'SHORT'

export type Target = {
  readonly price: Decimal
  /** Share of the whole position that is closed here, in (0, 1]. */
  readonly fraction: Decimal
}

/** What the outcome of a signal depends on. The plan is immutable; the posts subgraph states it. */
export type SignalPlan = {
  readonly side: Side
  readonly entryKind: 'MARKET' | 'LIMIT'
  /** The limit of a LIMIT entry; the author's reference price of a MARKET entry, which fills where the market opens. */
  readonly entry: Decimal
  readonly stop: Decimal
  /** Away from the entry, nearest first. What they leave open runs to the stop or the horizon. */
  readonly targets: readonly Target[]
  readonly publishedAt: Date
  /** End of the horizon. */
  readonly expiresAt: Date
  /** Until when a LIMIT entry stands; null means as long as the horizon, and for a MARKET entry. */
  readonly entryExpiresAt: Date | null
  /** After so many targets the stop stands at the entry. Null: it never moves. */
  readonly moveStopToEntryAfter: number | null
}

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
