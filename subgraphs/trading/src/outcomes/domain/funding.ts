import type { Decimal } from '@planet/runtime/decimal'
import type { Side } from '../../copies/domain/signal.ts'

/** Paid once by the open side of a perpetual at `at`: `rate * mark` per unit, by the longs if above zero. */
export type Funding = { readonly at: Date; readonly rate: Decimal; readonly mark: Decimal }

/** Up to which event funding has been accounted for, and what was paid, in units of 10^-54 quote asset. */
export type FundingAccount = { readonly next: number; readonly paid: bigint }

export const NO_FUNDING: FundingAccount = { next: 0, paid: 0n }

/**
 * Pays the events (ascending) before `until` that are not yet accounted for. At one instant a close comes first, then
 * the funding, then the open. Inside a candle nobody knows whether a fill came before the funding; `exposure` is then
 * the least and the most that can have been open, and what is worse for the signal is taken.
 */
export function payFunding(
  account: FundingAccount,
  events: readonly Funding[],
  side: Side,
  until: Date,
  exposure: { readonly least: Decimal; readonly most: Decimal },
): FundingAccount {
  let { next, paid } = account
  for (let event = events[next]; event && event.at < until; event = events[++next]) {
    const perUnit = event.mark.units * event.rate.units * (side === 'LONG' ? 1n : -1n)
    paid += perUnit * (perUnit > 0n ? exposure.most : exposure.least).units
  }
  return { next, paid }
}
