import { compare, type Decimal } from '@planet/runtime/decimal'
import { firstOpenTime, type Interval, lastCloseTime } from '../../market/domain/candle.ts'
import { GRACE_MS } from '../../market/domain/candle-gap.ts'

/** A question about the market: is the price higher at `horizonAt` than at `lockedAt`? */
export type Question = { readonly lockedAt: Date; readonly horizonAt: Date }

/** Everything is of what is known at the present, outliers left out; null where there is no such candle. */
export type Evidence = {
  /** The open of the first candle, of any interval, that opens at or after the lock and by the horizon. */
  readonly first: { readonly openTime: Date; readonly price: Decimal } | null
  /** The close of the last candle, of any interval, that closes by the horizon. */
  readonly last: { readonly closeTime: Date; readonly price: Decimal } | null
  /** The open time of the first candle of `interval` that opens no earlier than the last close of its grid by the horizon. */
  readonly nextOpenTime: Date | null
}

export type Verdict =
  | { readonly kind: 'Pending'; readonly dueAt: Date }
  | {
      readonly kind: 'Settled'
      readonly priceAtLock: Decimal
      readonly priceAtHorizon: Decimal
      readonly isUp: boolean
      readonly settledAt: Date
    }
  | { readonly kind: 'Void'; readonly settledAt: Date }

/**
 * Judges by the candle rules of C1, so that nobody knew the first price when voting and none is from after the horizon.
 * Waits for the candle that follows on the grid of `interval`, which shows that no earlier one is still to come and
 * whether the last one was an outlier, but no longer than 48 hours. Void if no candle lies between lock and horizon. An
 * equal price is not higher.
 */
export function judgeQuestion({ horizonAt }: Question, evidence: Evidence, interval: Interval, now: Date): Verdict {
  const { first, last, nextOpenTime } = evidence
  const givenUpAt = new Date(horizonAt.getTime() + GRACE_MS)
  if (now < horizonAt) return { kind: 'Pending', dueAt: horizonAt }
  if (!nextOpenTime && now < givenUpAt) {
    const boundary = firstOpenTime(new Date(now.getTime() + 1), interval)
    return { kind: 'Pending', dueAt: boundary < givenUpAt ? boundary : givenUpAt }
  }
  const settledAt = nextOpenTime && nextOpenTime < givenUpAt ? later(nextOpenTime, horizonAt) : givenUpAt
  if (!first || !last || last.closeTime <= first.openTime) return { kind: 'Void', settledAt }
  const isUp = compare(last.price, first.price) > 0
  return { kind: 'Settled', priceAtLock: first.price, priceAtHorizon: last.price, isUp, settledAt }
}

/** From when on the candle that follows a horizon may open. */
export const nextOpenFrom = ({ horizonAt }: Question, interval: Interval): Date => lastCloseTime(horizonAt, interval)

const later = (a: Date, b: Date): Date => (a > b ? a : b)
