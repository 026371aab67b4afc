import { compare, type Decimal, mulHalfEven, mulUp } from '@planet/runtime/decimal'
import { type Candle, closeTime, firstOpenTime, INTERVALS, type Interval } from '../../market/domain/candle.ts'
import { feeRateOf } from '../../market/domain/instrument.ts'
import type { OrderKind, OrderSide } from './order.ts'

/** An order as the paper exchange sees it. */
export type RestingOrder = {
  readonly side: OrderSide
  readonly kind: OrderKind
  /** In quote asset; null for MARKET. */
  readonly limitPrice: Decimal | null
  /** In base asset. */
  readonly quantity: Decimal
  readonly placedAt: Date
  readonly expiresAt: Date | null
}

/** When and at which price, in quote asset, a candle executes an order. */
export type Execution = { readonly price: Decimal; readonly executedAt: Date }

export type MatchDecision =
  | {
      readonly kind: 'Filled'
      readonly price: Decimal
      readonly notional: Decimal
      readonly fee: Decimal
      readonly executedAt: Date
    }
  | { readonly kind: 'Expired' }
  /** `dueAt`: the next instant at which it may be otherwise, unless candles are imported. */
  | { readonly kind: 'Waiting'; readonly dueAt: Date }

/**
 * What becomes of an order at `now` on `candles` of any intervals: filled completely by the earliest execution (of two
 * at one instant the one on the finer candle), else expired, else waiting.
 */
export function decideMatch(
  order: RestingOrder,
  candles: readonly Candle[],
  { feeBps, finestInterval, now }: { readonly feeBps: Decimal; readonly finestInterval: Interval; readonly now: Date },
): MatchDecision {
  const { quantity, expiresAt } = order
  const finestFirst = [...candles].sort((a, b) => INTERVALS[a.interval] - INTERVALS[b.interval])
  const executions = finestFirst.flatMap((candle) => executionOn(order, candle, now) ?? [])
  const [first] = executions.sort((a, b) => a.executedAt.getTime() - b.executedAt.getTime())
  if (first) {
    const notional = mulHalfEven(first.price, quantity)
    return { kind: 'Filled', ...first, notional, fee: mulUp(notional, feeRateOf(feeBps)) }
  }
  if (expiresAt && expiresAt <= now) return { kind: 'Expired' }
  const nextCandle = firstOpenTime(new Date(now.getTime() + 1), finestInterval)
  return { kind: 'Waiting', dueAt: expiresAt && expiresAt < nextCandle ? expiresAt : nextCandle }
}

/**
 * How `candle` executes the order as far as it is known at `now`; null if it does not. A market order takes the open, and so
 * does a limit order that the open is as good as or better for: it is known from the open time on. Any other limit order takes
 * its limit where the candle reaches it, known once the candle has closed. Only candles that open at or after `placedAt` count,
 * and executions up to `expiresAt`. (C1, rules 1 and 10)
 */
export function executionOn(order: RestingOrder, candle: Candle, now: Date): Execution | null {
  if (candle.openTime < order.placedAt) return null
  const execution = takesOpen(order, candle.open)
    ? { price: candle.open, executedAt: candle.openTime }
    : reachesLimit(order, candle) && { price: order.limitPrice, executedAt: closeTime(candle) }
  if (!execution || execution.executedAt > now) return null
  return order.expiresAt && execution.executedAt > order.expiresAt ? null : execution
}

function takesOpen({ kind, side, limitPrice }: RestingOrder, open: Decimal): boolean {
  if (kind === 'MARKET') return true
  if (!limitPrice) return false
  return side === 'BUY' ? compare(open, limitPrice) <= 0 : compare(open, limitPrice) >= 0
}

function reachesLimit<Order extends RestingOrder>(order: Order, { low, high }: Candle): order is Order & { limitPrice: Decimal } {
  if (!order.limitPrice) return false
  return order.side === 'BUY' ? compare(low, order.limitPrice) <= 0 : compare(high, order.limitPrice) >= 0
}
