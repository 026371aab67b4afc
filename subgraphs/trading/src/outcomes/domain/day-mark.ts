import type { Decimal } from '@planet/runtime/decimal'
import type { SignalPlan } from '../../copies/domain/signal.ts'
import { GRACE_MS } from '../../market/domain/candle-gap.ts'
import type { SignalOutcome } from './outcome.ts'
import { initialRisk, rMultiple } from './r-multiple.ts'

const DAY_MS = 86_400_000
/** How soon a day is looked at again whose candles are not known. */
const AGAIN_MS = 15 * 60_000

/** The instant at which a UTC day such as `2026-01-24` is over: the first of the next. */
export const endOfDay = (day: string): Date => new Date(Date.parse(`${day}T00:00:00Z`) + DAY_MS)

export type DayDecision = { readonly kind: 'Marked' } | { readonly kind: 'Waiting'; readonly dueAt: Date }

/**
 * Whether a day that ended at `end` can be marked at `now`: once the last candles of all that was open are known
 * (`isKnown`), or 48 hours have passed, as long as a missing candle is waited for elsewhere.
 */
export function decideDay(end: Date, isKnown: boolean, now: Date): DayDecision {
  const givenUpAt = new Date(end.getTime() + GRACE_MS)
  if (isKnown || now >= givenUpAt) return { kind: 'Marked' }
  const again = new Date(now.getTime() + AGAIN_MS)
  return { kind: 'Waiting', dueAt: again < givenUpAt ? again : givenUpAt }
}

/** What is open of a signal at the end of a day, and what it is worth. */
export type Mark = {
  readonly openFraction: Decimal
  /** The close of the day's last candle, in quote asset, and when that was; null where it had none since the entry. */
  readonly price: Decimal | null
  readonly pricedAt: Date | null
  /** What `markInR` says at `price`. */
  readonly markR: number | null
}

/**
 * What an open signal is worth in R at `price`: the net R at which it would settle if what is open were closed there, fees of
 * that included. Null before the entry.
 */
export function markInR(
  plan: SignalPlan,
  { fills, openFraction, fundingPaid }: Pick<SignalOutcome, 'fills' | 'openFraction' | 'fundingPaid'>,
  price: Decimal,
  feeRate: Decimal,
): number | null {
  const entry = fills.find(({ kind }) => kind === 'ENTRY')?.price
  if (!entry) return null
  const legs = [...fills.filter(({ kind }) => kind !== 'ENTRY'), { fraction: openFraction, price }]
  return rMultiple({ side: plan.side, entry, risk: initialRisk(plan, entry), legs, feeRate, fundingPaid }).rNet
}

/** What is settled and the marks of what is open, in R; null where one of these has no mark. */
export const equityInR = (settledR: number, marks: readonly { readonly markR: number | null }[]): number | null =>
  marks.reduce<number | null>((total, { markR }) => (total === null || markR === null ? null : total + markR), settledR)
