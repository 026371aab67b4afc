import { ZERO } from '@planet/runtime/decimal'
import type { SignalPlan } from '../../copies/domain/signal.ts'
import { type Candle, closeTime } from '../../market/domain/candle.ts'
import { type Funding, type FundingAccount, NO_FUNDING, payFunding } from './funding.ts'
import type { Magnifier } from './magnifier.ts'
import { WHOLE } from './plan.ts'
import { type Closing, type Position, pendingPosition, tradeInside, tradeOpen } from './position.ts'

/** A signal's position with the funding it has paid. */
export type Trade = { readonly position: Position; readonly funding: FundingAccount }

/** All that a trade depends on besides the candles themselves. `funding` is ascending. */
export type TradeRules = {
  readonly plan: SignalPlan
  readonly closing: Closing | null
  readonly funding: readonly Funding[]
  readonly magnify: Magnifier
}

export const pendingTrade = (plan: SignalPlan): Trade => ({ position: pendingPosition(plan), funding: NO_FUNDING })

/** Up to and including the open of `candle`. */
export function tradeToOpen({ position, funding }: Trade, rules: TradeRules, candle: Candle): Trade {
  const { openFraction } = position
  const afterOpenTime = new Date(candle.openTime.getTime() + 1)
  return {
    position: tradeOpen(position, rules.plan, candle, rules.closing),
    funding: payFunding(funding, rules.funding, rules.plan.side, afterOpenTime, { least: openFraction, most: openFraction }),
  }
}

/** From after the open of `candle` to its close; on finer candles if these can tell what this one leaves in doubt. */
export function tradeToClose(trade: Trade, rules: TradeRules, candle: Candle): Trade {
  const { position: before } = trade
  const { position: after, isInDoubt } = tradeInside(before, rules.plan, candle)
  const inside = isInDoubt ? rules.magnify(candle) : []
  if (inside.length > 0) return inside.reduce((current, fine) => tradeFine(current, rules, fine), trade)

  const exposure = before.entry
    ? { least: after.openFraction, most: before.openFraction }
    : { least: ZERO, most: after.entry ? WHOLE : ZERO }
  return {
    position: isInDoubt ? { ...after, ambiguous: true } : after,
    funding: payFunding(trade.funding, rules.funding, rules.plan.side, closeTime(candle), exposure),
  }
}

/** The author's closing waits for the next open of the evaluated candles, not of the finer ones. */
function tradeFine(trade: Trade, rules: TradeRules, fine: Candle): Trade {
  if (trade.position.end) return trade
  const opened = tradeToOpen(trade, { ...rules, closing: null }, fine)
  return opened.position.end ? opened : tradeToClose(opened, rules, fine)
}
