import { compare, type Decimal, sub, sum, ZERO } from '@planet/runtime/decimal'
import type { Side, SignalPlan } from '../../copies/domain/signal.ts'
import { type Candle, closeTime, INTERVALS, type Interval } from '../../market/domain/candle.ts'
import { better, compareFor, WHOLE, worse } from './plan.ts'

/** What closed the last share of a position. */
export type Reason = 'TARGETS' | 'STOP' | 'STOP_GAP' | 'EXPIRED' | 'RETRACTED' | 'REVISED'

export type FillKind = 'ENTRY' | 'TARGET' | Exclude<Reason, 'TARGETS'>

export type Fill = {
  /** The instant of a fill at an open or a close; else the open time of the candle in which it happened. */
  readonly at: Date
  readonly kind: FillKind
  readonly price: Decimal
  /** Share of the whole position, 1 for the entry. */
  readonly fraction: Decimal
  /** From 0; null unless the kind is TARGET. */
  readonly targetIndex: number | null
}

/** A signal's position as far as its candles have been traded. Before the entry nothing is open. */
export type Position = {
  readonly fills: readonly Fill[]
  readonly entry: Decimal | null
  readonly openFraction: Decimal
  readonly stop: Decimal
  readonly filledTargets: number
  /** Extreme prices while open. Doubt counts against the signal: the worst that can be, the best that must be. */
  readonly worst: Decimal | null
  readonly best: Decimal | null
  /** The candles leave open what came first, and the worse was assumed. */
  readonly ambiguous: boolean
  /** The finest interval on which a fill was decided. */
  readonly resolution: Interval | null
  readonly end: Reason | null
}

/** A request of the author to close the position at the next open. */
export type Closing = { readonly kind: 'RETRACTED' | 'REVISED'; readonly at: Date }

export const pendingPosition = (plan: SignalPlan): Position => ({
  fills: [],
  entry: null,
  openFraction: ZERO,
  stop: plan.stop,
  filledTargets: 0,
  worst: null,
  best: null,
  ambiguous: false,
  resolution: null,
  end: null,
})

/** Whether the entry is filled by an open: at the market, or at a limit that the market opens at or beyond. (C1, rule 10) */
export const fillsAtOpen = (plan: SignalPlan, open: Decimal): boolean =>
  plan.entryKind === 'MARKET' || compareFor(plan.side, open, plan.entry) <= 0

/**
 * What happens at the open of `candle`, which is known before anything else in it: the entry at the market, or at a
 * limit the market opens beyond, with the targets that it lies beyond; the stop if the open is at or beyond it (worse than
 * -1R); the author's closing.
 */
export function tradeOpen(before: Position, plan: SignalPlan, candle: Candle, closing: Closing | null): Position {
  const { open, openTime: at } = candle
  if (!before.entry && !fillsAtOpen(plan, open)) return before
  // The first of the finer candles opens with the candle whose open was the entry: that has been traded.
  if (before.fills[0]?.at.getTime() === at.getTime()) return before
  const position = before.entry ? observe(before, plan.side, open) : fillPassedTargets(enter(before, candle, open), plan, candle)
  if (position.end) return position
  if (compareFor(plan.side, open, before.stop) <= 0) {
    return closeRest(position, plan.side, candle.interval, { kind: 'STOP_GAP', at, price: open })
  }
  if (closing && closing.at <= at) return closeRest(position, plan.side, candle.interval, { kind: closing.kind, at, price: open })
  return position
}

export type InsideTrade = {
  readonly position: Position
  /** Another order of the prices inside the candle would have given another result; `position` has the worse one. */
  readonly isInDoubt: boolean
}

/** What happens between the open and the close of `candle`, at worst. */
export function tradeInside(position: Position, plan: SignalPlan, candle: Candle): InsideTrade {
  const [worst, best] = plan.side === 'LONG' ? [candle.low, candle.high] : [candle.high, candle.low]
  if (position.entry) return tradeExits(position, plan, candle, { open: candle.open, worst, best, close: candle.close })
  if (plan.entryKind === 'MARKET' || compareFor(plan.side, worst, plan.entry) > 0) return { position, isInDoubt: false }
  // The worst price lies beyond the entry, so it came after it. Of the better ones only the close must have.
  const afterEntry = { open: plan.entry, worst, best: better(plan.side, plan.entry, candle.close), close: candle.close }
  return tradeExits(enter(position, candle, plan.entry), plan, candle, afterEntry)
}

/** The part of a candle that comes after the entry, as its holder sees it. */
type Path = { readonly open: Decimal; readonly worst: Decimal; readonly best: Decimal; readonly close: Decimal }

function tradeExits(before: Position, plan: SignalPlan, candle: Candle, path: Path): InsideTrade {
  const { side, targets } = plan
  const { interval, openTime: at } = candle
  const peak = side === 'LONG' ? candle.high : candle.low
  const reaches = (price: Decimal, index: number) => {
    const target = targets[index]
    return target !== undefined && compareFor(side, price, target.price) >= 0
  }

  // An open at the stop, which is not through it, is the entry to which the stop has moved.
  const isAtStop = compare(path.open, before.stop) === 0
  if (isAtStop ? comesBackTo(before.stop, side, path) : compareFor(side, path.worst, before.stop) <= 0) {
    const position = closeRest(before, side, interval, { kind: 'STOP', at, price: before.stop })
    return { position, isInDoubt: reaches(peak, position.filledTargets) }
  }
  let position = observe(before, side, path.worst)
  while (!position.end && reaches(path.best, position.filledTargets)) {
    position = fillTarget(position, plan, candle)
    if (position.end || plan.moveStopToEntryAfter !== position.filledTargets) continue
    if (comesBackTo(position.stop, side, path)) {
      const isCertain = compareFor(side, path.close, position.stop) <= 0 && !reaches(peak, position.filledTargets)
      return { position: closeRest(position, side, interval, { kind: 'STOP', at, price: position.stop }), isInDoubt: !isCertain }
    }
  }
  if (!position.end) position = observe(position, side, path.best)
  return { position, isInDoubt: !position.end && reaches(peak, position.filledTargets) }
}

/** Whether the price may have been at `stop` after a better one: having opened there is not coming back. */
function comesBackTo(stop: Decimal, side: Side, path: Path): boolean {
  if (compareFor(side, path.close, stop) <= 0) return true
  return compareFor(side, path.worst, stop) <= 0 && compare(path.worst, path.open) !== 0
}

const enter = (position: Position, { openTime, interval }: Candle, price: Decimal): Position => ({
  ...position,
  fills: [{ at: openTime, kind: 'ENTRY', price, fraction: WHOLE, targetIndex: null }],
  entry: price,
  openFraction: WHOLE,
  worst: price,
  best: price,
  resolution: interval,
})

/**
 * An entry at or beyond targets closes their shares at once, at its own price, as resting limit orders would. With every
 * target passed there is nothing left to wait for, and all is closed there. (C1, rule 9)
 */
function fillPassedTargets(entered: Position, plan: SignalPlan, candle: Candle): Position {
  const { side, targets } = plan
  const passed = targets.filter(({ price }) => compareFor(side, candle.open, price) >= 0).length
  let position = entered
  for (let i = 1; i <= passed; i++) {
    const isLast = i === targets.length
    position = fillTarget(position, plan, candle, isLast ? position.openFraction : undefined)
  }
  return position
}

/**
 * A target pays its own price, even if the market opens beyond it; never less than the entry where that was beyond. It closes
 * `share`, left out: its own, and moves the stop where the plan says so.
 */
function fillTarget(position: Position, plan: SignalPlan, candle: Candle, share?: Decimal): Position {
  const targetIndex = position.filledTargets
  const target = plan.targets[targetIndex]
  if (!target || !position.entry) return position
  const fraction = share ?? target.fraction
  const price = better(plan.side, target.price, position.entry)
  const openFraction = sub(position.openFraction, fraction)
  return {
    ...observe(position, plan.side, price),
    stop: plan.moveStopToEntryAfter === targetIndex + 1 ? position.entry : position.stop,
    fills: [...position.fills, { at: candle.openTime, kind: 'TARGET', price, fraction, targetIndex }],
    openFraction,
    filledTargets: targetIndex + 1,
    resolution: finer(position.resolution, candle.interval),
    end: compare(openFraction, ZERO) === 0 ? 'TARGETS' : null,
  }
}

/** Closes all that is still open. */
export function closeRest(
  position: Position,
  side: Side,
  interval: Interval,
  exit: { kind: Exclude<Reason, 'TARGETS'>; at: Date; price: Decimal },
): Position {
  return {
    ...observe(position, side, exit.price),
    fills: [...position.fills, { ...exit, fraction: position.openFraction, targetIndex: null }],
    openFraction: ZERO,
    resolution: finer(position.resolution, interval),
    end: exit.kind,
  }
}

/** Closes at the close of `candle` what the horizon has left open. */
export const expire = (position: Position, side: Side, candle: Candle): Position =>
  closeRest(position, side, candle.interval, { kind: 'EXPIRED', at: closeTime(candle), price: candle.close })

/** The shares that have been closed so far; with `openFraction` they make the whole once the entry is filled. */
export const closedFraction = ({ fills }: Pick<Position, 'fills'>): Decimal =>
  sum(fills.filter(({ kind }) => kind !== 'ENTRY').map(({ fraction }) => fraction))

const observe = (position: Position, side: Side, price: Decimal): Position => ({
  ...position,
  worst: worse(side, position.worst ?? price, price),
  best: better(side, position.best ?? price, price),
})

const finer = (known: Interval | null, interval: Interval): Interval =>
  known !== null && INTERVALS[known] < INTERVALS[interval] ? known : interval
