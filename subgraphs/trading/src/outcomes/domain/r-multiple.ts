import { type Decimal, isPositive, ratio, sub } from '@planet/runtime/decimal'
import type { Side, SignalPlan } from '../../copies/domain/signal.ts'
import { WHOLE } from './plan.ts'

/** A share of the position and the price at which it was closed. */
export type Leg = { readonly fraction: Decimal; readonly price: Decimal }

export type RMultiple = {
  /** Profit or loss before costs divided by the initial risk; -1 is the planned loss. */
  readonly rGross: number
  /** Cost of entry and exits in R, never below zero. */
  readonly feeR: number
  /** Funding paid in R; below zero if it was received. */
  readonly fundingR: number
  /** `rGross - feeR - fundingR`, rounded once: its sign is exact. */
  readonly rNet: number
}

/**
 * `rGross = Σ f s (exit - E) / risk`, `feeR = fee (E + Σ f exit) / risk`, `fundingR = s Σ openFraction mark rate / risk`
 * with s = +1 for long and -1 for short. The numerators are summed exactly, three factors of 18 digits each, hence in
 * units of 10^-54; only the quotients are floats.
 *
 * @param risk per unit, above zero, in quote asset
 * @param feeRate of the notional, per execution
 * @param fundingPaid by the side that holds the position, in units of 10^-54 quote asset
 */
export function rMultiple(options: {
  side: Side
  entry: Decimal
  risk: Decimal
  legs: readonly Leg[]
  feeRate: Decimal
  fundingPaid: bigint
}): RMultiple {
  const { side, entry, risk, legs, feeRate, fundingPaid } = options
  let profit = 0n
  let turnover = entry.units * WHOLE.units
  for (const { fraction, price } of legs) {
    profit += fraction.units * excursion(side, entry, price).units
    turnover += fraction.units * price.units
  }
  const gross = profit * WHOLE.units
  const fee = feeRate.units * turnover
  const inR = (units: bigint) => ratio({ units }, { units: risk.units * WHOLE.units * WHOLE.units })
  return { rGross: inR(gross), feeR: inR(fee), fundingR: inR(fundingPaid), rNet: inR(gross - fee - fundingPaid) }
}

/** `s (price - entry)`: how far the price is on the holder's side of the entry, in quote asset. */
export const excursion = (side: Side, entry: Decimal, price: Decimal): Decimal =>
  side === 'LONG' ? sub(price, entry) : sub(entry, price)

/**
 * `|E - S|` with the price of the fill for E, so that the stop is -1R however the market opened. Where the market has
 * opened at or beyond the stop there is no such risk; the position is closed at once, and its costs are measured in the
 * risk of the plan.
 */
export function initialRisk(plan: SignalPlan, entry: Decimal): Decimal {
  const risk = excursion(plan.side, plan.stop, entry)
  return isPositive(risk) ? risk : excursion(plan.side, plan.stop, plan.entry)
}
