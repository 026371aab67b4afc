import { type Decimal, decimal, isMultipleOf, isPositive } from '@planet/runtime/decimal'
import type { InputFault } from '@planet/runtime/refusals'

export type OrderSide = 'BUY' | 'SELL'
export type OrderKind = 'MARKET' | 'LIMIT'
export type OrderStatus = 'OPEN' | 'FILLED' | 'CANCELLED' | 'EXPIRED'

/** What is asked for; prices in quote asset, quantity in base asset. */
export type OrderRequest = {
  readonly kind: OrderKind
  readonly quantity: Decimal
  readonly limitPrice: Decimal | null
  readonly expiresAt: Date | null
}

/** What an instrument demands of an order. */
export type OrderRules = { readonly tickSize: Decimal; readonly lotSize: Decimal }

/** In base asset. With prices below 10^11 a notional stays below the 10^20 that can be stored. */
const MAX_QUANTITY = decimal('1000000000')

/**
 * Every fault of an order placed at `now`, in the order of the input's fields; empty if it may be accepted. `rules` is
 * null for an instrument that nobody knows.
 */
export function findOrderFaults(request: OrderRequest, rules: OrderRules | null, now: Date): InputFault[] {
  const faults: InputFault[] = []
  const refuse = (field: string, message: string) => faults.push({ field, message })
  const { kind, quantity, limitPrice, expiresAt } = request
  if (!isPositiveMultiple(quantity, rules?.lotSize)) refuse('quantity', 'Must be a positive multiple of the lot size.')
  else if (quantity.units > MAX_QUANTITY.units) refuse('quantity', 'Must be at most 1,000,000,000.')
  if (kind === 'MARKET' && limitPrice !== null) refuse('limitPrice', 'Must be null for a market order.')
  if (kind === 'LIMIT' && limitPrice === null) refuse('limitPrice', 'Is required for a limit order.')
  if (kind === 'LIMIT' && limitPrice !== null && !isPositiveMultiple(limitPrice, rules?.tickSize)) {
    refuse('limitPrice', 'Must be a positive multiple of the tick size.')
  }
  if (expiresAt !== null && expiresAt <= now) refuse('expiresAt', 'Must be later than now.')
  return faults
}

const isPositiveMultiple = (value: Decimal, step: Decimal | undefined): boolean =>
  isPositive(value) && (step === undefined || isMultipleOf(value, step))
