import { type Decimal, ratio, ZERO } from '@planet/runtime/decimal'
import type { SignalPlan } from '../../copies/domain/signal.ts'
import {
  type Candle,
  closeTime,
  firstOpenTime,
  INTERVALS,
  type Interval,
  indexOfOpenTime,
  lastCloseTime,
} from '../../market/domain/candle.ts'
import { type Calendar, GRACE_MS } from '../../market/domain/candle-gap.ts'
import { createOutlierGuard, HISTORY } from '../../market/domain/outlier.ts'
import type { Funding } from './funding.ts'
import { createMagnifier } from './magnifier.ts'
import { isEvaluable } from './plan.ts'
import { type Closing, expire, type Fill, fillsAtOpen, type Position, type Reason } from './position.ts'
import { excursion, initialRisk, rMultiple } from './r-multiple.ts'
import { pendingTrade, type Trade, tradeToClose, tradeToOpen } from './trade.ts'

/** Changes whenever the same facts could give another outcome. */
export const METHOD_VERSION = 'outcome-2'

/**
 * `DATA_GAP`: waits for a missing candle. `REVIEW`: waits for a person to confirm or correct an outlier. `DUPLICATE`:
 * not scored, the creator had an open signal on the same side of the same instrument. `INVALID`: not a plan at all.
 */
export type SignalState = 'PENDING_ENTRY' | 'NOT_TRIGGERED' | 'OPEN' | 'SETTLED' | 'DATA_GAP' | 'REVIEW' | 'DUPLICATE' | 'INVALID'

export type SignalOutcome = {
  readonly state: SignalState
  /** What closed the last share; null unless the state is SETTLED. */
  readonly reason: Reason | null
  /** In R; the sum `rNet = rGross - feeR - fundingR` is the score. Null unless the state is SETTLED. */
  readonly rGross: number | null
  readonly feeR: number | null
  readonly fundingR: number | null
  readonly rNet: number | null
  /** Worst and best excursion so far while open, in R: `mae <= 0 <= mfe`. Null before the entry. */
  readonly mae: number | null
  readonly mfe: number | null
  /** The order of events inside a candle was in doubt and the worst was assumed. */
  readonly ambiguous: boolean
  /** The finest interval on which a fill was decided; null before the entry. */
  readonly resolution: Interval | null
  readonly fills: readonly Fill[]
  readonly openFraction: Decimal
  /** So far, in units of 10^-54 quote asset per unit of the position; below zero if it was received. */
  readonly fundingPaid: bigint
  /** Candles were still missing after 48 h, and the outcome goes on without them. */
  readonly dataGap: boolean
  /** From when a final state (SETTLED, NOT_TRIGGERED) could be known; null for any other. */
  readonly settledAt: Date | null
  /** Up to when prices have been used; null while none have. */
  readonly evaluatedThrough: Date | null
  readonly methodVersion: string
}

export type EvaluationOptions = {
  /** The present: later facts do not count, even if they are passed in. */
  readonly asOf: Date
  /** Of `candles`. */
  readonly interval: Interval
  readonly calendar: Calendar
  /** Of the notional of every execution, such as 0.0005 for 5 bps. */
  readonly feeRate: Decimal
  /** Ascending; empty for anything but a perpetual. */
  readonly funding?: readonly Funding[]
  /** Of any finer intervals, each ascending: consulted for candles in which the order of events is in doubt. */
  readonly finerCandles?: readonly Candle[]
  /** The author's retraction or revision. */
  readonly closing?: Closing | null
}

/**
 * How `plan` has turned out on `candles` as of a moment. Candles are of one interval, ascending by open time, and begin
 * early enough for the outlier guard (`HISTORY` before the publication). A candle is evidence only if it opens at or
 * after the publication and closes within the horizon; its open counts from its open time on, the rest from its close.
 * The answer is therefore the same whether it is asked once at the end or again and again, and a final one stays.
 */
export function evaluateSignal(plan: SignalPlan, candles: readonly Candle[], options: EvaluationOptions): SignalOutcome {
  if (!isEvaluable(plan)) return unscored(plan, 'INVALID')
  const { asOf, interval, calendar, closing = null } = options
  const rules = { plan, closing, funding: options.funding ?? [], magnify: createMagnifier(options.finerCandles ?? []) }
  const first = indexOfOpenTime(candles, plan.publishedAt)
  const known = candles.slice(Math.max(0, first - HISTORY), indexOfOpenTime(candles, new Date(asOf.getTime() + 1)))
  const guard = createOutlierGuard(known)

  let trade = pendingTrade(plan)
  let last: Candle | null = null
  let expected = firstOpenTime(plan.publishedAt, interval)
  let evaluatedThrough: Date | null = null
  let dataGap = false
  /** What has been waited for was known, or given up, at this time. */
  let waitedUntil = plan.publishedAt
  const as = (state: SignalState, at: Date | null = null) =>
    describe(state, trade, { plan, feeRate: options.feeRate, dataGap, evaluatedThrough, settledAt: at && later(at, waitedUntil) })
  const soFar = () => as(trade.position.entry ? 'OPEN' : 'PENDING_ENTRY')

  let index = indexOfOpenTime(known, plan.publishedAt)
  for (let candle = known[index]; candle && isInWindow(plan, trade.position, candle); candle = known[++index]) {
    const { openTime } = candle
    const close = closeTime(candle)
    if (calendar === 'CONTINUOUS' && openTime > expected) {
      waitedUntil = later(waitedUntil, afterGrace(openTime))
      if (asOf < waitedUntil) return as('DATA_GAP')
      dataGap = true
    }
    expected = close
    evaluatedThrough = openTime
    if (isCancelled(plan, trade.position, closing, openTime)) return as('NOT_TRIGGERED', openTime)
    trade = tradeToOpen(trade, rules, candle)
    if (trade.position.end) return as('SETTLED', openTime)
    if (asOf < close) return soFar()

    if (guard.isSuspicious(index)) {
      const next = known[index + 1]
      const isFollowed = next !== undefined && next.openTime <= afterGrace(close)
      waitedUntil = later(waitedUntil, isFollowed ? next.openTime : afterGrace(close))
      if (asOf < waitedUntil) return soFar()
      if (isFollowed && guard.isOutlier(index)) return as('REVIEW')
      if (!isFollowed && calendar === 'CONTINUOUS') dataGap = true
    }
    trade = tradeToClose(trade, rules, candle)
    last = candle
    evaluatedThrough = close
    if (trade.position.end) return as('SETTLED', close)
  }

  const end = windowEnd(plan, trade.position)
  if (asOf < end) return soFar()
  const isShort = expected.getTime() + INTERVALS[interval] <= end.getTime()
  if (isShort && calendar === 'CONTINUOUS') {
    waitedUntil = later(waitedUntil, afterGrace(lastCloseTime(end, interval)))
    if (asOf < waitedUntil) return as('DATA_GAP')
    dataGap = true
  }
  if (isShort && calendar === 'SESSIONS') {
    // Another candle may still belong to the window; one beyond it shows that none does.
    const beyond = known[index]
    waitedUntil = later(waitedUntil, beyond ? earlier(beyond.openTime, afterGrace(end)) : afterGrace(end))
    if (asOf < waitedUntil) return soFar()
  }
  if (!last || !trade.position.entry) return as('NOT_TRIGGERED', end)
  trade = { ...trade, position: expire(trade.position, plan.side, last) }
  return as('SETTLED', end)
}

/** The outcome of a signal that is stored and never scored. */
export const unscored = (plan: SignalPlan, state: 'DUPLICATE' | 'INVALID'): SignalOutcome =>
  describe(state, pendingTrade(plan), { plan, feeRate: ZERO, dataGap: false, evaluatedThrough: null, settledAt: null })

function describe(
  state: SignalState,
  { position, funding }: Trade,
  rest: Pick<SignalOutcome, 'dataGap' | 'evaluatedThrough' | 'settledAt'> & { plan: SignalPlan; feeRate: Decimal },
): SignalOutcome {
  const { plan, feeRate, dataGap, evaluatedThrough, settledAt } = rest
  const { fills, openFraction, ambiguous, resolution, entry, worst, best } = position
  const risk = entry && initialRisk(plan, entry)
  const legs = fills.filter(({ kind }) => kind !== 'ENTRY')
  const isSettled = state === 'SETTLED' && entry && risk
  const score = isSettled
    ? rMultiple({ side: plan.side, entry, risk, legs, feeRate, fundingPaid: funding.paid })
    : { rGross: null, feeR: null, fundingR: null, rNet: null }
  const inR = (price: Decimal | null) => (entry && risk && price ? ratio(excursion(plan.side, entry, price), risk) : null)
  return {
    state,
    reason: isSettled ? position.end : null,
    ...score,
    mae: inR(worst),
    mfe: inR(best),
    ambiguous,
    resolution,
    fills,
    openFraction,
    fundingPaid: funding.paid,
    dataGap,
    settledAt,
    evaluatedThrough,
    methodVersion: METHOD_VERSION,
  }
}

/** Until when candles count: to the horizon, but for a limit that is not yet filled to the end of its validity. */
const windowEnd = (plan: SignalPlan, { entry }: Position): Date =>
  entry || plan.entryKind === 'MARKET' ? plan.expiresAt : earlier(plan.entryExpiresAt ?? plan.expiresAt, plan.expiresAt)

/** A limit that is filled by the open of a candle need not stand until its close: from the open on the horizon counts. */
function isInWindow(plan: SignalPlan, position: Position, candle: Candle): boolean {
  const end = windowEnd(plan, position)
  const isEntry = !position.entry && candle.openTime <= end && fillsAtOpen(plan, candle.open)
  return closeTime(candle) <= (isEntry ? plan.expiresAt : end)
}

/** A limit that the author has taken back before it was filled. A market entry cannot be: it fills at that same open. */
const isCancelled = (plan: SignalPlan, { entry }: Position, closing: Closing | null, openTime: Date): boolean =>
  !entry && plan.entryKind === 'LIMIT' && closing !== null && closing.at <= openTime

const afterGrace = (time: Date): Date => new Date(time.getTime() + GRACE_MS)
const later = (a: Date, b: Date): Date => (a > b ? a : b)
const earlier = (a: Date, b: Date): Date => (a < b ? a : b)
