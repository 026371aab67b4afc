import { type Decimal, equals, formatDecimal, isPositive, isStorable } from '@planet/runtime/decimal'
import type { InputFault } from '@planet/runtime/refusals'

/** What a host asks for the answer to one question. It is agreed on here, and paid elsewhere. */
export type QuestionPrice = { readonly amount: Decimal; readonly currency: string }

/** As a row keeps it: both or neither. */
type PriceColumns = { readonly priceAmount: Decimal | null; readonly priceCurrency: string | null }

const CURRENCY = /^[A-Z0-9]{1,20}$/

/** Every fault of a price that a host sets; empty if it may be stored. */
export function findPriceFaults(field: string, { amount, currency }: QuestionPrice): InputFault[] {
  const faults: InputFault[] = []
  if (!isPositive(amount)) faults.push({ field: `${field}.amount`, message: 'Must be above 0; a free question has no price.' })
  else if (!isStorable(amount)) faults.push({ field: `${field}.amount`, message: 'Is too large.' })
  if (!CURRENCY.test(currency)) faults.push({ field: `${field}.currency`, message: 'Must be a currency or asset, e.g. `USDC`.' })
  return faults
}

/** Nobody owes a price that they have not named: the fault of an `agreed` one that is not the one `asked`, null for free. */
export function findAgreementFaults(field: string, asked: QuestionPrice | null, agreed: QuestionPrice | null): InputFault[] {
  if (asked === null) return agreed === null ? [] : [{ field, message: 'Questions of this session are free.' }]
  if (agreed !== null && equals(agreed.amount, asked.amount) && agreed.currency === asked.currency) return []
  return [{ field, message: `Must be what the host asks: ${formatDecimal(asked.amount)} ${asked.currency}.` }]
}

/** Null for a free question, and for a session whose questions are free. */
export const priceOf = ({ priceAmount, priceCurrency }: PriceColumns): QuestionPrice | null =>
  priceAmount && priceCurrency !== null ? { amount: priceAmount, currency: priceCurrency } : null

export const priceColumns = (price: QuestionPrice | null): PriceColumns => ({
  priceAmount: price?.amount ?? null,
  priceCurrency: price?.currency ?? null,
})
